using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Integration;

internal enum ReconciliationStatus
{
    Requested,
    Done,
    Failed,
}

/// <summary>One comparison of our postings with the books, by days of posting.</summary>
internal sealed class Reconciliation : IAggregate
{
    /// <summary>Most days of one run: what is read is held in memory.</summary>
    public const int MostDays = 31;

    private Reconciliation()
    {
    }

    public Guid Id { get; private set; }

    public string System { get; private set; } = "";

    public DateOnly FromDay { get; private set; }

    public DateOnly ToDay { get; private set; }

    public ReconciliationStatus Status { get; private set; }

    public DateTimeOffset RequestedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public string? Trouble { get; private set; }

    /// <summary>As JSON.</summary>
    public string Totals { get; private set; } = "[]";

    public int Found { get; private set; }

    public int UnderWay { get; private set; }

    public int Revision { get; private set; }

    public static Reconciliation Of(string system, DateOnly from, DateOnly to, DateTimeOffset now) =>
        new() { Id = Guid.CreateVersion7(now), System = system, FromDay = from, ToDay = to, RequestedAt = now };

    public ReconciliationRequested Requested() => new(Guid.CreateVersion7(), RequestedAt, Id, System, FromDay, ToDay);

    public ReconciliationDone Finish(int found, BooksComparison comparison, DateTimeOffset now)
    {
        (Status, EndedAt, Found, UnderWay) = (ReconciliationStatus.Done, now, found, comparison.UnderWay);
        Totals = JsonSerializer.Serialize(comparison.Totals, JsonSerializerOptions.Web);
        return new(Guid.CreateVersion7(), now, Id, System, FromDay, ToDay, Found);
    }

    public ReconciliationFailed Fail(string trouble, DateTimeOffset now)
    {
        (Status, EndedAt, Trouble) = (ReconciliationStatus.Failed, now, trouble);
        return new(Guid.CreateVersion7(), now, Id, System, trouble);
    }

    public ReconciliationView ToView() => new(
        Id, System, FromDay, ToDay, Status.ToString().ToLowerInvariant(), RequestedAt, EndedAt, Trouble, Found, UnderWay,
        JsonSerializer.Deserialize<List<ReconciliationTotal>>(Totals, JsonSerializerOptions.Web)!);

    int IAggregate.NextRevision() => ++Revision;
}
