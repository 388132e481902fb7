using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class ReconcileBooksValidator : AbstractValidator<ReconcileBooks>
{
    public ReconcileBooksValidator() =>
        RuleFor(r => r.To).Must((r, to) => to >= r.From && to.DayNumber - r.From.DayNumber < Reconciliation.MostDays)
            .WithErrorCode("integration.days").WithMessage($"The same day or a later one, at most {Reconciliation.MostDays} days together.");
}

internal sealed class ReconcileBooksHandler(UnitOfWork work, IErp erp, BusinessZone zone) : IRequestHandler<ReconcileBooks, Result<ReconciliationView>>
{
    public async Task<Result<ReconciliationView>> Handle(ReconcileBooks request, CancellationToken ct)
    {
        if (request.System is { } system && system != erp.Name)
        {
            return Refusal.NotFound("integration.system-unknown", $"There is no such ERP; {erp.Name} serves.");
        }

        if (request.To > zone.DayOf(work.Now))
        {
            return Refusal.Rule("integration.future-day", $"The last day is in the future; today is {zone.DayOf(work.Now):yyyy-MM-dd}.");
        }

        var run = Reconciliation.Of(erp.Name, request.From, request.To, work.Now);
        (await work.Join<IntegrationDbContext>(ct)).Add(run);
        work.Raise(run, run.Requested());
        return run.ToView();
    }
}

internal sealed class ListReconciliationsValidator : AbstractValidator<ListReconciliations>
{
    public ListReconciliationsValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, Paging.Most + 1).WithErrorCode("integration.limit");
}

internal sealed class ListReconciliationsHandler(UnitOfWork work) : IRequestHandler<ListReconciliations, Result<IReadOnlyList<ReconciliationView>>>
{
    public async Task<Result<IReadOnlyList<ReconciliationView>>> Handle(ListReconciliations request, CancellationToken ct)
    {
        var runs = (await work.Join<IntegrationDbContext>(ct)).Reconciliations.AsNoTracking();
        if (request.After is { } after)
        {
            runs = runs.Where(r => r.Id.CompareTo(after) < 0);
        }

        return (await runs.OrderByDescending(r => r.Id).Take(request.Limit).ToListAsync(ct)).ConvertAll(r => r.ToView());
    }
}

internal sealed class GetReconciliationValidator : AbstractValidator<GetReconciliation>
{
    public GetReconciliationValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, Paging.Most + 1).WithErrorCode("integration.limit");
}

internal sealed class GetReconciliationHandler(UnitOfWork work) : IRequestHandler<GetReconciliation, Result<ReconciliationReport>>
{
    public async Task<Result<ReconciliationReport>> Handle(GetReconciliation request, CancellationToken ct)
    {
        var context = await work.Join<IntegrationDbContext>(ct);
        if (await context.Reconciliations.FindAsync([request.Id], ct) is not { } run)
        {
            return Refusal.NotFound("integration.reconciliation-unknown", "There is no such reconciliation.");
        }

        var after = request.After ?? 0;
        var rows = await (
            from finding in context.Findings.AsNoTracking()
            join difference in context.Differences.AsNoTracking() on finding.DifferenceKey equals difference.Key
            where finding.ReconciliationId == run.Id && finding.N > after
            orderby finding.N
            select new { finding, difference }).Take(request.Limit).ToListAsync(ct);
        return new ReconciliationReport(run.ToView(), rows.ConvertAll(r => r.finding.ToView(r.difference)), null);
    }
}
