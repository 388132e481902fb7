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
        if (await (await work.Join<IntegrationDbContext>(ct)).Postings.FindAsync([request.Key], ct) is not { } posting)
        {
            return Unknown();
        }

        if (posting.WhyNotAgain(erp) is { } no)
        {
            return no;
        }

        if (posting.Status is not PostingStatus.Requested)
        {
            work.Raise(posting, posting.Again(erp.Name, work.Now));
        }

        return posting.ToView();
    }

    public static Refusal Unknown() => Refusal.NotFound("integration.posting-unknown", "There is no such posting.");
}
