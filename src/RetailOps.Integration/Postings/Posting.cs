using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Integration;

internal enum PostingStatus
{
    Requested,
    Posted,
    Refused,
    GaveUp,
}

/// <summary>A document that should stand in the books: asked for once, sent as often as it takes, decided by the ERP.</summary>
internal sealed class Posting : IAggregate
{
    private Posting()
    {
    }

    public string Key { get; private set; } = "";

    public string Kind { get; private set; } = "";

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

    public static Posting Of(ErpDocument document, DateTimeOffset now) => new()
    {
        Key = document.Key,
        Kind = document.Kind,
        Document = ToJson(document),
        TotalMinor = document.Lines.Sum(l => checked(l.Amount.MinorUnits + l.Tax.MinorUnits)),
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
    public DocumentPosted Post(string number, int attempts, DateTimeOffset now)
    {
        Decide(PostingStatus.Posted, attempts, now);
        (Number, Words) = (number, null);
        return new(Guid.CreateVersion7(), now, Key, number);
    }

    public DocumentRefused Refuse(string words, int attempts, DateTimeOffset now)
    {
        Decide(PostingStatus.Refused, attempts, now);
        Words = words;
        return new(Guid.CreateVersion7(), now, Key, words);
    }

    public PostingGivenUp GiveUp(int attempts, DateTimeOffset now)
    {
        Decide(PostingStatus.GaveUp, attempts, now);
        return new(Guid.CreateVersion7(), now, Key, Attempts);
    }

    /// <summary>Another round, of one that was refused or given up.</summary>
    public PostingRequested Again(DateTimeOffset now)
    {
        if (Status is not (PostingStatus.Refused or PostingStatus.GaveUp))
        {
            throw new InvalidOperationException($"{Key} is {Status}; there is nothing to try again.");
        }

        (Status, Words, DecidedAt) = (PostingStatus.Requested, null, null);
        Round++;
        return Requested(now);
    }

    public PostingView ToView(int underWay = 0) => new(Key, Word(Status), Number, Words, Attempts + underWay);

    /// <summary>A status as callers say it.</summary>
    public static string Word(PostingStatus status) => status is PostingStatus.GaveUp ? "gave-up" : status.ToString().ToLowerInvariant();

    int IAggregate.NextRevision() => ++Revision;

    private void Decide(PostingStatus status, int attempts, DateTimeOffset now)
    {
        if (Status is not PostingStatus.Requested)
        {
            throw new InvalidOperationException($"{Key} is {Status} already.");
        }

        Status = status;
        Attempts += attempts;
        DecidedAt = now;
    }

    private static string ToJson(ErpDocument document) => JsonSerializer.Serialize(document, JsonSerializerOptions.Web);
}
