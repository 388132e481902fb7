using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class RepairPostingValidator : AbstractValidator<RepairPosting>
{
    public RepairPostingValidator()
    {
        RuleFor(r => r.Key).NotEmpty().WithErrorCode("integration.key");
        RuleFor(r => r.Reason).Must(r => r is { Length: > 0 and <= 500 }).WithErrorCode("integration.reason").WithMessage("Why, in 1 to 500 characters.");
        RuleFor(r => r.Document).NotNull().WithErrorCode("integration.document");
        When(r => r.Document is not null, () => RuleFor(r => r.Document).SetValidator(new ErpDocumentValidator()));
    }
}

internal sealed class RepairPostingHandler(UnitOfWork work, IErp erp) : IRequestHandler<RepairPosting, Result<PostingView>>
{
    public async Task<Result<PostingView>> Handle(RepairPosting request, CancellationToken ct)
    {
        if (await (await work.Join<IntegrationDbContext>(ct)).Postings.FindAsync([request.Key], ct) is not { } posting)
        {
            return RetryPostingHandler.Unknown();
        }

        if (posting.WhyNotAgain(erp) is { } no)
        {
            return no;
        }

        if (posting.Status is PostingStatus.Requested)
        {
            return Refusal.Conflict("integration.under-way", "It is on its way and may stand there already; wait until it is refused or given up.");
        }

        if (request.Document.Key != posting.Key || request.Document.Currency != posting.Currency || Posting.TotalOf(request.Document) != posting.TotalMinor)
        {
            return Refusal.Rule("integration.other-total", "Key, currency and total of a document stay as they are; an amount is corrected by another document.");
        }

        work.Raise(posting, posting.Repair(request.Document, request.Reason, work.Now));
        work.Raise(posting, posting.Again(erp.Name, work.Now));
        return posting.ToView();
    }
}
