using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>Reads, makes and ends reservations. Whoever ends one has its row locked, and the statement decides once more.</summary>
internal sealed class ReservationBook(StockReads stock, StockBook book, Catalogue catalogue, UnitOfWork work)
{
    private const string OfOrders = "order/";

    public static Refusal Unknown => Refusal.NotFound("inventory.unknown-reservation", "There is no such reservation.");

    public static Refusal Closed(HeldReservation held, DateTimeOffset now) =>
        Refusal.Conflict("inventory.reservation-closed", "The reservation is over; reserve again.", held.View(now));

    /// <summary>Whether a key is of the kind that orders hold their own stock under.</summary>
    public static bool IsOfOrders(string key) => key.StartsWith(OfOrders, StringComparison.OrdinalIgnoreCase);

    /// <summary>The order whose own reservation a key names; null for any other key.</summary>
    public static OrderId? OrderOf(string key) =>
        IsOfOrders(key) && Guid.TryParse(key.AsSpan(OfOrders.Length), out var id) && StockReads.ReservationKey(new(id)) == key ? new(id) : null;

    public Task<HeldReservation?> Find(Guid id, CancellationToken ct) => One("where r.id = $1", id, ct);

    public Task<HeldReservation?> Find(string key, CancellationToken ct) => One("where r.key = $1", key, ct);

    /// <summary>Keeps everybody else from ending it.</summary>
    public Task<HeldReservation?> Lock(Guid id, CancellationToken ct) => One("where r.id = $1 for update of r", id, ct);

    /// <summary>Those whose time has come, longest first; what somebody else works on is left to him.</summary>
    public async Task<IReadOnlyList<HeldReservation>> LockLate(DateTimeOffset now, int limit, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with late as (
              select id from inventory.reservations where status = 'open' and expires <= $1 order by expires limit $2 for update skip locked)
            {StockReads.ReservationSelect} join late on late.id = r.id order by r.id, l.line_id, l.node
            """, await work.Connection(ct))
        {
            Parameters = { new() { Value = now.ToUniversalTime() }, new() { Value = limit } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await StockReads.Reservations(reader, ct);
    }

    /// <summary>Whether a reservation is the answer to these lines.</summary>
    public async Task<bool> HoldsWhatIsAsked(HeldReservation held, IReadOnlyList<AllocationLine> lines, CancellationToken ct)
    {
        var items = await catalogue.Items(lines.Select(l => l.Sku), ct);
        if (!items.IsSuccess)
        {
            return false;
        }

        var asked = lines.GroupBy(l => (l.LineId, Item: items.Value[l.Sku])).ToDictionary(l => l.Key, l => l.Sum(x => x.Quantity));
        var holds = held.Lines.GroupBy(l => (l.LineId, Item: l.Position.ItemId)).ToDictionary(l => l.Key, l => l.Sum(x => x.Quantity));
        return asked.Count == holds.Count && asked.All(a => holds.GetValueOrDefault(a.Key) == a.Value)
            && lines.All(a => a.Node is null || held.Lines.Any(
                l => l.LineId == a.LineId && l.Quantity == a.Quantity && string.Equals(l.Position.Node, a.Node, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Writes a new one, whose stock the caller has promised.</summary>
    public void Make(HeldReservation held)
    {
        work.Write(new ReservationRow(held.Id, held.Key, held.Expires, work.Now));
        foreach (var line in held.Lines)
        {
            work.Write(new ReservationLineRow(held.Id, line));
        }

        work.Raise(new Life(0), held.Changed("open", work.Now));
        if (OrderOf(held.Key) is { } order)
        {
            stock.Remember(order, held);
        }
    }

    /// <summary>Ends it and frees what it held.</summary>
    public async Task<HeldReservation> Free(HeldReservation held, string status, CancellationToken ct)
    {
        await stock.LoadItems(held.Lines.Select(l => l.Position.ItemId), ct);
        foreach (var position in held.Lines.GroupBy(l => l.Position))
        {
            book.Promise(await stock.At(position.Key, ct), reserved: -position.Sum(l => l.Quantity));
        }

        return End(held, status, null);
    }

    /// <summary>Ends it; what it held is the caller's business.</summary>
    public HeldReservation End(HeldReservation held, string status, OrderId? order)
    {
        work.Take(new ReservationEnd(held.Id, status, order, work.Now));
        work.Raise(new Life(1), held.Changed(status, work.Now));
        if (OrderOf(held.Key) is { } own)
        {
            stock.Remember(own, null);
        }

        return held with { Status = status, OrderId = order };
    }

    private async Task<HeldReservation?> One(string where, object value, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{StockReads.ReservationSelect} {where}", await work.Connection(ct)) { Parameters = { new() { Value = value } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        return (await StockReads.Reservations(reader, ct)).SingleOrDefault();
    }

    /// <summary>A reservation is made and it ends: two facts, and the guarded statement sees to it that nobody writes a third.</summary>
    private sealed class Life(int revision) : IAggregate
    {
        public int Revision { get; private set; } = revision;

        public int NextRevision() => ++Revision;
    }
}
