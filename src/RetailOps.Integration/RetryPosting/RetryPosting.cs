using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class RetryPostingValidator : AbstractValidator<RetryPosting>
{
    public RetryPostingValidator() => RuleFor(r => r.Key).NotEmpty().WithErrorCode("integration.key");
}

internal sealed class RetryPostingHandler(UnitOfWork work, IErp erp) : IRequestHandler<RetryPosting, Result<PostingView>>
{
    public async Task<Result<PostingView>> Handle(RetryPosting request, CancellationToken ct)
    {
        switch (await (await work.Join<IntegrationDbContext>(ct)).Postings.FindAsync([request.Key], ct))
        {
            case null:
                return Refusal.NotFound("integration.posting-unknown", "There is no such posting.");
            case { Status: PostingStatus.Posted } posted:
                return Refusal.Conflict("integration.already-posted", $"It is posted as {posted.Number}.");
            case { Status: PostingStatus.Requested } underWay:
                return underWay.ToView();
            case var posting when !erp.Takes(posting.Kind):
                return Refusal.Conflict("integration.not-taken", $"{erp.Name} keeps no documents of the kind {posting.Kind} for us.");
            case var posting:
                work.Raise(posting, posting.Again(erp.Name, work.Now));
                return posting.ToView();
        }
    }
}
