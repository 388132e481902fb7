using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class EraseCustomerValidator : AbstractValidator<EraseCustomer>
{
    public EraseCustomerValidator() =>
        RuleFor(r => r).Must(r => (r.OrderId is not null) != (r is { Channel: not null, CustomerId: not null }) && r.Channel is null == r.CustomerId is null)
            .OverridePropertyName("customerId").WithErrorCode("orders.customer-which").WithMessage("Channel and customer id, or one order id.");
}

internal sealed class EraseCustomerHandler(UnitOfWork work) : IRequestHandler<EraseCustomer, Result<ErasedCustomer>>
{
    public async Task<Result<ErasedCustomer>> Handle(EraseCustomer request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        var own = work.Caller.Channels?.ToList();
        var ids = await orders.Orders.AsNoTracking()
            .Where(o => request.OrderId != null ? o.Id == request.OrderId : o.Channel == request.Channel && o.CustomerId == request.CustomerId)
            .Where(o => own == null || own.Contains(o.Channel))
            .Select(o => o.Id).ToListAsync(ct);
        if (ids.Count == 0)
        {
            return Refusal.NotFound("orders.customer-unknown", "Nobody with this number ever bought there, or there is no such order.");
        }

        // Whoever changes one of them meanwhile waits, or is waited for.
        await orders.Load(ids, ct);
        var found = orders.Orders.Local.Where(o => ids.Contains(o.Id)).OrderBy(o => o.Id.Value).ToList();
        await orders.Tenders.Where(t => ids.Contains(t.OrderId)).LoadAsync(ct);
        if (found.Select(o => (o.Id, Why: o.WhyBuyerIsNeeded())).Where(o => o.Why is not null).Select(o => new BusyOrder(o.Id, o.Why!)).ToList() is { Count: > 0 } busy)
        {
            return Refusal.Conflict(
                "orders.customer-busy", "Orders of this customer are not over: erase when they are, or cancel what has not left and end the returns and refunds.", busy);
        }

        var buyers = found.Where(o => o.PersonId is not null).ToDictionary(o => o.PersonId!.Value);
        var ofThem = buyers.Keys.ToList();
        var people = await orders.People.Where(p => ofThem.Contains(p.Id)).ToListAsync(ct);
        foreach (var person in people.Where(p => p.Erased is null).OrderBy(p => p.Id))
        {
            var order = buyers[person.Id];
            person.Erase(work.Now);
            order.ForgetPayload();
            work.Raise(order, new CustomerErased(Guid.CreateVersion7(), work.Now, order.Id));
        }

        return new ErasedCustomer(people.Count, people.Max(p => p.Erased));
    }
}
