using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class ListPostingsValidator : AbstractValidator<ListPostings>
{
    public ListPostingsValidator()
    {
        RuleFor(r => r.Status).Must(s => s is null || Enum.GetValues<PostingStatus>().Any(x => Posting.Word(x) == s))
            .WithErrorCode("integration.status").WithMessage("requested, posted, refused, gave-up or set-aside.");
        RuleFor(r => r.Limit).InclusiveBetween(1, Paging.Most + 1).WithErrorCode("integration.limit");
    }
}

internal sealed class ListPostingsHandler(UnitOfWork work) : IRequestHandler<ListPostings, Result<IReadOnlyList<PostingView>>>
{
    public async Task<Result<IReadOnlyList<PostingView>>> Handle(ListPostings request, CancellationToken ct)
    {
        var postings = (await work.Join<IntegrationDbContext>(ct)).Postings.AsNoTracking();
        if (request.Status is { } word)
        {
            var status = Enum.GetValues<PostingStatus>().Single(s => Posting.Word(s) == word);
            postings = postings.Where(p => p.Status == status);
        }

        if (request.After is { } after)
        {
            postings = postings.Where(p => string.Compare(p.Key, after) > 0);
        }

        var rows = await postings.OrderBy(p => p.Key).Take(request.Limit).ToListAsync(ct);
        return await PostingReads.Views(work, rows, ct);
    }
}

internal sealed class GetPostingHandler(UnitOfWork work) : IRequestHandler<GetPosting, Result<PostingView>>
{
    public async Task<Result<PostingView>> Handle(GetPosting request, CancellationToken ct)
    {
        if (await (await work.Join<IntegrationDbContext>(ct)).Postings.FindAsync([request.Key], ct) is not { } posting)
        {
            return Refusal.NotFound("integration.posting-unknown", "There is no such posting.");
        }

        return (await PostingReads.Views(work, [posting], ct))[0];
    }
}
