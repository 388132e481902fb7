using RetailOps.Kernel;

namespace RetailOps.Returns;

internal enum ReturnStatus
{
    Requested,
    Authorised,
    Received,
    Inspected,
    Rejected,
    Cancelled,
}

/// <summary>The permission to send goods back, what came of it, and where that went. Its money is its refunds' affair.</summary>
internal sealed class Return : IAggregate
{
    private readonly List<ReturnLine> lines = [];
    private readonly List<ReturnReceipt> receipts = [];

    private Return()
    {
    }

    public Guid Id { get; private init; }

    public OrderId? OrderId { get; private init; }

    public string? ExternalId { get; private init; }

    public string? ExternalKey { get; private init; }

    public byte[] PayloadHash { get; private init; } = [];

    public string? CustomerId { get; private init; }

    /// <summary>Of the order, or of what a blind return asks for; null when it asks for nothing.</summary>
    public string? Currency { get; private init; }

    public ReturnStatus Status { get; private set; }

    /// <summary>The policy's name and version as it stood when the return was asked for.</summary>
    public string Policy { get; private init; } = "";

    public string TimeZone { get; private init; } = "";

    /// <summary>The first instant that is too late, by the policy; null for a blind return and for goods that have not arrived.</summary>
    public DateTimeOffset? ReturnableUntil { get; private init; }

    public DateTimeOffset RequestedAt { get; private init; }

    public string RequestedBy { get; private init; } = "";

    public string? OverrideReason { get; private init; }

    public string? OverrideBy { get; private init; }

    public string? DecisionReason { get; private set; }

    public string? DecidedBy { get; private set; }

    public int Revision { get; private set; }

    public IReadOnlyList<ReturnLine> Lines => lines;

    public IReadOnlyList<ReturnReceipt> Receipts => receipts;

    /// <summary>Everybody who had a hand in it and so must not approve its money.</summary>
    public IEnumerable<string> Involved =>
        new[] { RequestedBy, OverrideBy, DecidedBy }.OfType<string>().Concat(lines.SelectMany(l => l.HandledBy)).Concat(receipts.Select(r => r.ReceivedBy)).Distinct();

    public static string? ExternalKeyOf(OrderId? order, string? externalId) => externalId is null ? null : $"{order?.ToString() ?? "blind"}/{externalId}";

    public int NextRevision() => ++Revision;

    /// <summary>Accepts a return that the policy or a person permits; a blind one waits for a person.</summary>
    public static Return Request(Guid id, RequestReturn request, byte[] payloadHash, ReturnPolicy policy, SoldGoods? sold, string by, DateTimeOffset now)
    {
        var came = new Return
        {
            Id = id,
            OrderId = request.OrderId,
            ExternalId = request.ExternalId,
            ExternalKey = ExternalKeyOf(request.OrderId, request.ExternalId),
            PayloadHash = payloadHash,
            CustomerId = sold is null ? request.CustomerId : sold.CustomerId,
            Currency = sold?.Currency ?? request.Lines.FirstOrDefault(l => l.AskedAmount is not null)?.AskedAmount?.Currency,
            Status = sold is null ? ReturnStatus.Requested : ReturnStatus.Authorised,
            Policy = policy.Stamp,
            TimeZone = policy.TimeZone.Id,
            ReturnableUntil = sold?.Until,
            RequestedAt = (request.RequestedAt ?? now).ToUniversalTime(),
            RequestedBy = by,
            OverrideReason = request.Override,
            OverrideBy = request.Override is null ? null : by,
        };
        came.lines.AddRange(request.Lines.Select((line, i) => new ReturnLine(
            id, i + 1, line.OrderLineId, line.Sku ?? sold!.Skus[line.OrderLineId!.Value], line.Quantity, line.Reason, line.Resolution, line.AskedAmount?.MinorUnits)));
        return came;
    }

    /// <summary>A person answers a return that waits for one.</summary>
    public Refusal? Decide(bool permit, string reason, string by)
    {
        if (Status is not ReturnStatus.Requested)
        {
            return Refusal.Conflict("returns.not-requested", "This return does not wait for permission.", new { status = Status.ToString().ToLowerInvariant() });
        }

        Status = permit ? ReturnStatus.Authorised : ReturnStatus.Rejected;
        (DecisionReason, DecidedBy) = (reason, by);
        return null;
    }

    /// <summary>Nobody waits for the goods any more.</summary>
    public Refusal? Cancel()
    {
        switch (Status)
        {
            case ReturnStatus.Requested or ReturnStatus.Authorised:
                Status = ReturnStatus.Cancelled;
                return null;
            case ReturnStatus.Rejected:
                return Refusal.Conflict("returns.rejected", "This return was refused; there is nothing to give up.");
            default:
                return Refusal.Conflict("returns.received", "Goods of this return have come in; inspect them and decide where they go.");
        }
    }

    /// <summary>Goods came in, to quarantine. Changes nothing when it refuses.</summary>
    public Refusal? Receive(Guid receipt, string node, IReadOnlyList<ReceivedUnits> units, string by, DateTimeOffset now)
    {
        if (Status is not (ReturnStatus.Authorised or ReturnStatus.Received))
        {
            return Refusal.Conflict(
                "returns.not-authorised", "Goods are taken in while the return is authorised and not fully inspected; ask for another return for goods that come later.",
                new { status = Status.ToString().ToLowerInvariant() });
        }

        var over = new List<object>();
        foreach (var unit in units)
        {
            if (lines.Find(l => l.LineId == unit.LineId) is not { } line)
            {
                return UnknownLine(unit.LineId);
            }

            if (unit.Quantity > line.Quantity - line.Received)
            {
                over.Add(new { lineId = line.LineId, announced = line.Quantity, received = line.Received });
            }
        }

        if (over.Count > 0 || units.Count == 0)
        {
            return Refusal.Conflict("returns.over-received", "More came than was announced; take in what was, and ask for another return for the rest.", over);
        }

        Status = ReturnStatus.Received;
        foreach (var unit in units)
        {
            lines.Single(l => l.LineId == unit.LineId).Receive(unit.Quantity);
            receipts.Add(new(Id, receipt, unit.LineId, node, unit.Quantity, now, by));
        }

        return null;
    }

    /// <summary>A person looked at what came of a line.</summary>
    public Refusal? Inspect(int lineId, string grade, string? note, string by)
    {
        if (lines.Find(l => l.LineId == lineId) is not { } line)
        {
            return UnknownLine(lineId);
        }

        if (line.Received == 0)
        {
            return Refusal.Conflict("returns.not-received", "Nothing of this line has come in yet.");
        }

        if (line.Quarantined == 0)
        {
            return Disposed(line);
        }

        line.Inspect(grade, note, by);
        return null;
    }

    /// <summary>Where the units go that stand in quarantine, node by node; none when the same was decided before.</summary>
    public Result<IReadOnlyList<(string Node, int Units)>> Dispose(int lineId, string disposition, string by)
    {
        if (lines.Find(l => l.LineId == lineId) is not { } line)
        {
            return UnknownLine(lineId);
        }

        if (line.Quarantined == 0 && line.Disposition is not null)
        {
            return line.Disposition == disposition ? Array.Empty<(string, int)>() : Disposed(line);
        }

        if (line.Grade is null)
        {
            return Refusal.Conflict("returns.not-inspected", "These goods were not inspected yet.");
        }

        if (disposition == "restock" && line.Grade is "damaged" or "wrong-item")
        {
            return Refusal.Rule("returns.not-sellable", "Damaged goods and goods that are another item cannot be sold as this one; choose where else they go.");
        }

        line.Dispose(disposition, by);
        var open = receipts.Where(r => r.LineId == lineId && !r.IsDisposed).ToList();
        open.ForEach(r => r.IsDisposed = true);
        if (lines.All(l => l.Quarantined == 0))
        {
            Status = ReturnStatus.Inspected;
        }

        return open.GroupBy(r => r.Node, StringComparer.Ordinal).Select(g => (g.Key, g.Sum(r => r.Quantity))).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
    }

    private static Refusal UnknownLine(int lineId) => Refusal.NotFound("returns.unknown-line", "The return has no such line.", new { lineId });

    private static Refusal Disposed(ReturnLine line) =>
        Refusal.Conflict("returns.disposed", "It was decided where these goods go, and they went.", new { disposition = line.Disposition });
}

/// <summary>What the order says of goods that come back.</summary>
/// <param name="CustomerId">The channel's number of the customer; null for a guest.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Until">The first instant that is too late; null while something has not arrived.</param>
/// <param name="Skus">By the order's line.</param>
internal sealed record SoldGoods(string? CustomerId, string Currency, DateTimeOffset? Until, IReadOnlyDictionary<int, Sku> Skus);
