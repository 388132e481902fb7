using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class PostDocumentValidator : AbstractValidator<PostDocument>
{
    private static readonly string[] MovesGoods = [DocumentKinds.Shipment, DocumentKinds.InventoryAdjustment];
    private static readonly string[] Accounts = ["goods", "shipping", "discount", "service", "sundry"];

    public PostDocumentValidator()
    {
        RuleFor(r => r.Document).NotNull().WithErrorCode("integration.document");
        When(r => r.Document is not null, () => RuleFor(r => r.Document).ChildRules(d =>
        {
            d.RuleFor(x => x.Kind).Must(k => DocumentKinds.All.Contains(k)).WithErrorCode("integration.kind").WithMessage($"One of {string.Join(", ", DocumentKinds.All)}.");
            d.RuleFor(x => x.Subject).NotEmpty().WithErrorCode("integration.subject");
            d.RuleFor(x => x.Reference).Must(r => r is { Length: > 0 and <= 128 }).WithErrorCode("integration.reference").WithMessage("1 to 128 characters.");
            d.RuleFor(x => x.Party).MaximumLength(128).WithErrorCode("integration.party");
            d.RuleFor(x => x.Currency).Must(Money.IsCurrency).WithErrorCode("integration.currency").WithMessage("A currency of ISO 4217: three upper-case letters like GBP.");
            d.RuleFor(x => x.Revision).GreaterThan(0).WithErrorCode("integration.revision");
            d.RuleFor(x => x.Lines).Must(lines => lines is { Count: > 0 and <= 2_500 } && lines.All(l => l is not null))
                .WithErrorCode("integration.lines").WithMessage("1 to 2,500 lines.");
            d.RuleFor(x => x.Lines).Must((x, lines) => lines.All(l => l is null || (l.Amount.Currency == x.Currency && l.Tax.Currency == x.Currency))).When(x => x.Lines is not null)
                .WithErrorCode("integration.line-currency").WithMessage("All amounts in the document's currency.");
            d.RuleFor(x => x.Lines).Must((x, lines) => lines.All(l => l is null || (MovesGoods.Contains(x.Kind) ? l.Account == "stock" : Accounts.Contains(l.Account)))).When(x => x.Lines is not null)
                .WithErrorCode("integration.account").WithMessage("stock for what moves goods; goods, shipping, discount, service or sundry for what is asked for or given back.");
            d.RuleFor(x => x.Lines).Must(lines => lines.All(l => l is null or { Description: null or { Length: <= 200 } })).When(x => x.Lines is not null)
                .WithErrorCode("integration.description").WithMessage("At most 200 characters.");
        }));
    }
}

internal sealed class PostDocumentHandler(UnitOfWork work, PostingPreload asked) : IRequestHandler<PostDocument, Result<PostingView>>
{
    public async Task<Result<PostingView>> Handle(PostDocument request, CancellationToken ct)
    {
        if (await asked.Find(request.Document.Key, ct) is { } earlier)
        {
            return earlier.Says(request.Document)
                ? earlier.ToView()
                : Refusal.Conflict("integration.other-document", $"{earlier.Key} was asked for with another content; a correction is another revision.");
        }

        var posting = Posting.Of(request.Document, work.Now);
        (await work.Join<IntegrationDbContext>(ct)).Postings.Add(posting);
        work.Raise(posting, posting.Requested(work.Now));
        return posting.ToView();
    }
}
