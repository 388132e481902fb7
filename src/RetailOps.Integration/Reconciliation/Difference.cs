using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal enum DifferenceStatus
{
    Open,
    Accepted,
    Dismissed,
    Healed,
}

/// <summary>Something that stands otherwise in the books than here: one row, whatever the number of runs that find it.</summary>
internal sealed class Difference : IAggregate
{
    private Difference()
    {
    }

    public string Key { get; private set; } = "";

    public string System { get; private set; } = "";

    public string Kind { get; private set; } = "";

    public string Subject { get; private set; } = "";

    /// <summary>The day of posting by which it is found: a run over this day finds it, or it is no more.</summary>
    public DateOnly Day { get; private set; }

    public string Says { get; private set; } = "";

    public DifferenceStatus Status { get; private set; }

    public string? Action { get; private set; }

    /// <summary>Key of the document that was asked for to make up for it; kept when it comes back. Null for none.</summary>
    public string? AdjustedBy { get; private set; }

    public DateTimeOffset FoundAt { get; private set; }

    public DateTimeOffset? DecidedAt { get; private set; }

    public string? DecidedBy { get; private set; }

    public string? Reason { get; private set; }

    public int Revision { get; private set; }

    public static string KeyOf(string kind, string system, string subject) => $"{kind}/{system}/{subject}";

    public static Difference Of(FoundDifference found, string system) =>
        new() { Key = KeyOf(found.Kind, system, found.Subject), System = system, Kind = found.Kind, Subject = found.Subject };

    /// <summary>Whether a person has decided about just this: it is not shown again.</summary>
    public bool IsSettledFor(FoundDifference found) =>
        Says == found.Says && (Status is DifferenceStatus.Dismissed || (Status is DifferenceStatus.Accepted && Action == Corrections.Adjust));

    /// <summary>Whether an adjusting document was asked for before: who proposes another one does not know what the first has mended.</summary>
    public bool WasAdjusted => AdjustedBy is not null;

    /// <summary>Found by a run: for the first time, again, or once more.</summary>
    /// <returns>Null when it is open already.</returns>
    public DifferenceFound? Find(FoundDifference found, Guid run, DateTimeOffset now)
    {
        var isNews = Revision == 0 || Status is not DifferenceStatus.Open;
        (Day, Says) = (found.Day, found.Says);
        if (!isNews)
        {
            return null;
        }

        (Status, Action, FoundAt, DecidedAt, DecidedBy, Reason) = (DifferenceStatus.Open, null, now, null, null, null);
        return new(Guid.CreateVersion7(), now, Key, Kind, Subject, run);
    }

    public DifferenceHealed Heal(Guid run, DateTimeOffset now)
    {
        Status = DifferenceStatus.Healed;
        return new(Guid.CreateVersion7(), now, Key, run);
    }

    public DifferenceAccepted Accept(string action, string document, string by, DateTimeOffset now)
    {
        (Status, Action, DecidedAt, DecidedBy) = (DifferenceStatus.Accepted, action, now, by);
        AdjustedBy = action == Corrections.Adjust ? document : AdjustedBy;
        return new(Guid.CreateVersion7(), now, Key, action, document);
    }

    public DifferenceDismissed Dismiss(string reason, string by, DateTimeOffset now)
    {
        (Status, Reason, DecidedAt, DecidedBy) = (DifferenceStatus.Dismissed, reason, now, by);
        return new(Guid.CreateVersion7(), now, Key, reason);
    }

    int IAggregate.NextRevision() => ++Revision;
}

/// <summary>What a run has found, as it was then.</summary>
internal sealed class Finding
{
    private Finding()
    {
    }

    public Guid ReconciliationId { get; private set; }

    public int N { get; private set; }

    public string DifferenceKey { get; private set; } = "";

    public string Says { get; private set; } = "";

    public string? Ours { get; private set; }

    public string? Theirs { get; private set; }

    public long? AtStakeMinor { get; private set; }

    public string? Currency { get; private set; }

    public string? Proposed { get; private set; }

    public static Finding Of(Guid run, int n, Difference difference, FoundDifference found) => new()
    {
        ReconciliationId = run,
        N = n,
        DifferenceKey = difference.Key,
        Says = found.Says,
        Ours = Json(found.Ours),
        Theirs = Json(found.Theirs),
        AtStakeMinor = found.AtStake?.MinorUnits,
        Currency = found.AtStake?.Currency,
        Proposed = Json(found.Proposed),
    };

    public Correction? Correction() => Read<Correction>(Proposed);

    public BookedSide? OurSide() => Read<BookedSide>(Ours);

    public DifferenceView ToView(Difference difference) => new(
        N, difference.Kind, difference.Subject, difference.Day, DifferenceKinds.SeverityOf(difference.Kind), Says, OurSide(), Read<BookedSide>(Theirs),
        AtStakeMinor is { } minor ? new Money(minor, Currency!) : null, Correction(), difference.Status.ToSnakeCase(), difference.DecidedBy, difference.DecidedAt, difference.Reason);

    private static string? Json<T>(T? value)
        where T : class => value is null ? null : JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

    private static T? Read<T>(string? json)
        where T : class => json is null ? null : JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web);
}
