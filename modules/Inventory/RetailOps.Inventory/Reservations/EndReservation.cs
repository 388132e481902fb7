using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class ReleaseReservationHandler(ReservationBook reservations, UnitOfWork work) : IRequestHandler<ReleaseReservation, Result<ReservationView>>
{
    public async Task<Result<ReservationView>> Handle(ReleaseReservation request, CancellationToken ct)
    {
        if (await reservations.Lock(request.Id, ct) is not { } held)
        {
            return ReservationBook.Unknown;
        }

        if (held.Status == "released")
        {
            return held.View(work.Now);
        }

        if (!held.IsOpen(work.Now))
        {
            return ReservationBook.Closed(held, work.Now);
        }

        return (await reservations.Free(held, "released", ct)).View(work.Now);
    }
}

internal sealed class ConvertReservationHandler(ReservationBook reservations, StockReads stock, StockBook book, UnitOfWork work)
    : IRequestHandler<ConvertReservation, Result<ReservationView>>
{
    public async Task<Result<ReservationView>> Handle(ConvertReservation request, CancellationToken ct)
    {
        if (await reservations.Lock(request.Id, ct) is not { } held)
        {
            return ReservationBook.Unknown;
        }

        if (held.Status == "converted" && held.OrderId == request.OrderId)
        {
            return held.View(work.Now);
        }

        if (!held.IsOpen(work.Now))
        {
            return ReservationBook.Closed(held, work.Now);
        }

        // The attempts of the order's own flow count from 1 and are not to find this one in their place.
        var attempt = (await stock.AllocationsOf(request.OrderId, ct)).Select(a => a.Row.Attempt).Append(1).Min() - 1;
        await stock.LoadItems(held.Lines.Select(l => l.Position.ItemId), ct);
        foreach (var line in held.Lines)
        {
            var row = new AllocationRow(request.OrderId, attempt, line.LineId, line.Position.ItemId, line.Position.Node, line.Quantity, work.Now);
            work.Write(row);
            stock.Remember(row);
        }

        foreach (var position in held.Lines.GroupBy(l => l.Position))
        {
            var quantity = position.Sum(l => l.Quantity);
            book.Promise(await stock.At(position.Key, ct), allocated: quantity, reserved: -quantity);
        }

        work.Raise(new OrderStockAllocated(Guid.CreateVersion7(), work.Now, request.OrderId, attempt, IsWhole: true));
        return reservations.End(held, "converted", request.OrderId).View(work.Now);
    }
}

/// <summary>Frees what reservations held whose time has come, a few at a time.</summary>
/// <param name="Limit">How many at most.</param>
[Needs("inventory.reserve"), AsksDatabase]
internal sealed record ExpireReservations(int Limit) : IRequest<Result<ExpiredReservations>>;

/// <summary>What was swept away.</summary>
/// <param name="Count">How many reservations.</param>
internal sealed record ExpiredReservations(int Count);

internal sealed class ExpireReservationsHandler(ReservationBook reservations, StockReads stock, UnitOfWork work) : IRequestHandler<ExpireReservations, Result<ExpiredReservations>>
{
    public async Task<Result<ExpiredReservations>> Handle(ExpireReservations request, CancellationToken ct)
    {
        var late = await reservations.LockLate(work.Now, request.Limit, ct);

        // All positions at once, in the order of their keys, before the first is changed.
        await stock.LoadItems(late.SelectMany(r => r.Lines).Select(l => l.Position.ItemId), ct);
        foreach (var held in late)
        {
            await reservations.Free(held, "expired", ct);
        }

        return new ExpiredReservations(late.Count);
    }
}

/// <summary>Business time decides what has expired; this only sees to it that it is noticed.</summary>
internal sealed class ReservationExpiry(RequestRunner requests) : IRecurringJob
{
    private const int Batch = 100;

    public string Name => "reservation-expiry";

    public string Cron => "* * * * *";

    public async Task RunAsync(CancellationToken ct)
    {
        Result<ExpiredReservations> swept;
        do
        {
            ct.ThrowIfCancellationRequested();
            swept = await requests.Run(new Caller.System(Name), new ExpireReservations(Batch), ct: ct);
        }
        while (swept.IsSuccess && swept.Value.Count == Batch);
    }
}
