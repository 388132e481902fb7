using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal enum PostingStatus
{
    Requested,
    Posted,
    Refused,
    GaveUp,
    SetAside,
}

/// <summary>A document that should stand in the books: asked for once, sent as often as it takes, decided by the ERP.</summary>
internal sealed class Posting : IAggregate
{
    private Posting()
    {
    }

    public string Key { get; private set; } = "";

    public string Kind { get; private set; } = "";

    /// <summary>The ERP that it is or was for.</summary>
    public string System { get; private set; } = "";

    /// <summary>The document as JSON. The database may give it back in another order of members.</summary>
    public string Document { get; private set; } = "";

    public long TotalMinor { get; private set; }

    public string Currency { get; private set; } = "";

    public PostingStatus Status { get; private set; }

    public string? Number { get; private set; }

    public string? Words { get; private set; }

    /// <summary>Tries of the rounds that are over.</summary>
    public int Attempts { get; private set; }

    public int Round { get; private set; }

    public DateTimeOffset RequestedAt { get; private set; }

    public DateTimeOffset? DecidedAt { get; private set; }

    public int Revision { get; private set; }

    public static Posting Of(ErpDocument document, string system, DateTimeOffset now) => new()
    {
        Key = document.Key,
        Kind = document.Kind,
        System = system,
        Document = ToJson(document),
        TotalMinor = TotalOf(document),
        Currency = document.Currency,
        Status = PostingStatus.Requested,
        Round = 1,
        RequestedAt = now,
    };

    public ErpDocument Content() => JsonSerializer.Deserialize<ErpDocument>(Document, JsonSerializerOptions.Web)!;

    /// <summary>Whether a document says what this one says, to the last line.</summary>
    public bool Says(ErpDocument document) => ToJson(Content()) == ToJson(document);

    public PostingRequested Requested(DateTimeOffset now) => new(Guid.CreateVersion7(), now, Key, Kind, Round);

    /// <summary>The ERP has it.</summary>
    public DocumentPosted Post(string system, string number, int attempts, DateTimeOffset now)
    {
        Decide(PostingStatus.Posted, system, attempts, now);
        (Number, Words) = (number, null);
        return new(Guid.CreateVersion7(), now, Key, number);
    }

    public DocumentRefused Refuse(string system, string words, int attempts, DateTimeOffset now)
    {
        Decide(PostingStatus.Refused, system, attempts, now);
        Words = words;
        return new(Guid.CreateVersion7(), now, Key, words);
    }

    public PostingGivenUp GiveUp(string system, int attempts, DateTimeOffset now)
    {
        Decide(PostingStatus.GaveUp, system, attempts, now);
        return new(Guid.CreateVersion7(), now, Key, Attempts);
    }

    /// <summary>Kept, and not sent: the ERP keeps no documents of this kind for us.</summary>
    public DocumentSetAside SetAside(DateTimeOffset now)
    {
        Decide(PostingStatus.SetAside, System, 0, now);
        return new(Guid.CreateVersion7(), now, Key, System);
    }

    /// <summary>Why it is not sent once more; null when it may be, or is on its way.</summary>
    public Refusal? WhyNotAgain(IErp erp) =>
        Status is PostingStatus.Posted ? Refusal.Conflict("integration.already-posted", $"It is posted as {Number}.")
        : Status is not PostingStatus.Requested && !erp.Takes(Kind) ? Refusal.Conflict("integration.not-taken", $"{erp.Name} keeps no documents of the kind {Kind} for us.")
        : null;

    /// <summary>Another round, of one that was refused, given up or set aside.</summary>
    public PostingRequested Again(string system, DateTimeOffset now)
    {
        if (Status is PostingStatus.Requested or PostingStatus.Posted)
        {
            throw new InvalidOperationException($"{Key} is {Status}; there is nothing to try again.");
        }

        (Status, System, Words, DecidedAt) = (PostingStatus.Requested, system, null, null);
        Round++;
        return Requested(now);
    }

    /// <summary>Another round, of one that we held to be posted and that is not in the books.</summary>
    public PostingRequested Lost(DateTimeOffset now)
    {
        if (Status is not PostingStatus.Posted)
        {
            throw new InvalidOperationException($"{Key} is {Status}; only what was posted can be lost.");
        }

        (Status, Number, DecidedAt) = (PostingStatus.Requested, null, null);
        Round++;
        return Requested(now);
    }

    /// <summary>It stands in the books under this number, whatever we held.</summary>
    public DocumentPosted Stand(string number, DateTimeOffset now)
    {
        (Status, Number, Words, DecidedAt) = (PostingStatus.Posted, number, null, Status is PostingStatus.Posted ? DecidedAt : now);
        return new(Guid.CreateVersion7(), now, Key, number);
    }

    /// <summary>Says something else under the same key, with the same total.</summary>
    public DocumentRepaired Repair(ErpDocument document, string reason, DateTimeOffset now)
    {
        if (document.Key != Key || document.Currency != Currency || TotalOf(document) != TotalMinor)
        {
            throw new InvalidOperationException($"{Key} would be another document.");
        }

        Document = ToJson(document);
        return new(Guid.CreateVersion7(), now, Key, reason);
    }

    public PostingView ToView(int underWay = 0, string? waitsFor = null, string? trouble = null) =>
        new(Key, Word(Status), Number, Words, Attempts + underWay, System, RequestedAt, waitsFor, trouble);

    /// <summary>With tax, in minor units.</summary>
    public static long TotalOf(ErpDocument document) => document.Lines.Sum(l => checked(l.Amount.MinorUnits + l.Tax.MinorUnits));

    /// <summary>A status as callers say it.</summary>
    public static string Word(PostingStatus status) => status.ToSnakeCase().Replace('_', '-');

    int IAggregate.NextRevision() => ++Revision;

    private void Decide(PostingStatus status, string system, int attempts, DateTimeOffset now)
    {
        if (Status is not PostingStatus.Requested)
        {
            throw new InvalidOperationException($"{Key} is {Status} already.");
        }

        (Status, System) = (status, system);
        Attempts += attempts;
        DecidedAt = now;
    }

    private static string ToJson(ErpDocument document) => JsonSerializer.Serialize(document, JsonSerializerOptions.Web);
}
