using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class ReserveStockValidator : AbstractValidator<ReserveStock>
{
    private const int ThirtyDays = 2_592_000;

    public ReserveStockValidator()
    {
        RuleFor(r => r.Key).Must(BatchKeys.IsWellFormed).WithErrorCode("inventory.reservation-key").WithMessage("1 to 128 visible characters.");

        // An order's own key is where its allocation looks for what it holds, and an order does not lapse.
        RuleFor(r => r.Key).Must((r, key) => r.ExpiresInSeconds is null ? ReservationBook.OrderOf(key) is not null : !ReservationBook.IsOfOrders(key))
            .When(r => BatchKeys.IsWellFormed(r.Key))
            .WithErrorCode("inventory.reservation-key").WithMessage("What an order holds, under order/ and its id, is held without end; nothing else is.");
        RuleFor(r => r.ExpiresInSeconds).InclusiveBetween(1, ThirtyDays).WithErrorCode("inventory.expiry");
        RuleFor(r => r.Lines).MustBeWishes();
        RuleForEach(r => r.Lines).ChildRules(Wishes.Quantity);
    }
}

internal sealed class ReserveStockHandler(ReservationBook reservations, StockReads stock, StockBook book, UnitOfWork work)
    : IRequestHandler<ReserveStock, Result<ReservationView>>
{
    private static readonly Dictionary<PositionKey, int> Nothing = [];

    public async Task<Result<ReservationView>> Handle(ReserveStock request, CancellationToken ct)
    {
        if (await reservations.Find(request.Key, ct) is { } earlier)
        {
            return await reservations.HoldsWhatIsAsked(earlier, request.Lines, ct)
                ? earlier.View(work.Now)
                : Refusal.Conflict("inventory.other-reservation", "This key names a reservation of other lines; choose another key.", earlier.View(work.Now));
        }

        await stock.Load([.. request.Lines.Select(l => l.Sku)], [], ct);
        var proposal = await Proposal.For(request.Lines, stock, Nothing, ct);
        if (proposal.Missing.Count > 0)
        {
            return Refusal.Conflict("inventory.short", "There is not enough free stock.", proposal.Missing);
        }

        foreach (var position in proposal.Granted.GroupBy(g => g.From))
        {
            book.Promise(position.Key, reserved: position.Sum(g => g.Quantity));
        }

        var held = new HeldReservation(
            Guid.CreateVersion7(), request.Key, "open", request.ExpiresInSeconds is { } seconds ? work.Now.AddSeconds(seconds) : null, null,
            [.. proposal.Granted.Select(g => new HeldLine(g.Line.LineId, g.From.Position, g.Quantity))]);
        reservations.Make(held);
        return held.View(work.Now);
    }
}

internal sealed class GetReservationHandler(ReservationBook reservations, UnitOfWork work) : IRequestHandler<GetReservation, Result<ReservationView>>
{
    public async Task<Result<ReservationView>> Handle(GetReservation request, CancellationToken ct) =>
        await reservations.Find(request.Id, ct) is { } held ? held.View(work.Now) : ReservationBook.Unknown;
}
