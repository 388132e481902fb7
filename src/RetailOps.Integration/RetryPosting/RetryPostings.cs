using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class RetryPostingsValidator : AbstractValidator<RetryPostings>
{
    public RetryPostingsValidator()
    {
        RuleFor(r => r.Status).Must(s => s is "refused" or "gave-up" or "set-aside").WithErrorCode("integration.status").WithMessage("refused, gave-up or set-aside.");
        RuleFor(r => r.Kind).Must(k => k is null || DocumentKinds.Of(k) is not null).WithErrorCode("integration.kind").WithMessage($"One of {string.Join(", ", DocumentKinds.All)}.");
        RuleFor(r => r.To).Must((r, to) => to is null || r.From is null || r.From < to).WithErrorCode("integration.range").WithMessage("The range ends after it begins.");
    }
}

internal sealed class RetryPostingsHandler(UnitOfWork work, IErp erp) : IRequestHandler<RetryPostings, Result<RetriedPostings>>
{
    private const int Most = 500;

    public async Task<Result<RetriedPostings>> Handle(RetryPostings request, CancellationToken ct)
    {
        var status = Enum.GetValues<PostingStatus>().Single(s => Posting.Word(s) == request.Status);
        var taken = DocumentKinds.All.Where(k => erp.Takes(k) && (request.Kind is null || request.Kind == k)).ToList();
        var (from, to) = (request.From?.ToUniversalTime(), request.To?.ToUniversalTime());
        var found = await (await work.Join<IntegrationDbContext>(ct)).Postings
            .Where(p => p.Status == status && taken.Contains(p.Kind) && (from == null || p.RequestedAt >= from) && (to == null || p.RequestedAt < to))
            .OrderBy(p => p.RequestedAt).ThenBy(p => p.Key).Take(Most + 1).ToListAsync(ct);
        foreach (var posting in found.Take(Most))
        {
            work.Raise(posting, posting.Again(erp.Name, work.Now));
        }

        return new RetriedPostings(Math.Min(found.Count, Most), found.Count > Most);
    }
}
