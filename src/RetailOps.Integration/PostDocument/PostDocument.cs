using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class PostDocumentValidator : AbstractValidator<PostDocument>
{
    public PostDocumentValidator()
    {
        RuleFor(r => r.Document).NotNull().WithErrorCode("integration.document");
        When(r => r.Document is not null, () => RuleFor(r => r.Document).SetValidator(new ErpDocumentValidator()));
    }
}

/// <summary>Holds a document to the shape of its kind.</summary>
internal sealed class ErpDocumentValidator : AbstractValidator<ErpDocument>
{
    public ErpDocumentValidator()
    {
        RuleFor(x => x.Kind).Must(k => DocumentKinds.Of(k) is not null).WithErrorCode("integration.kind").WithMessage($"One of {string.Join(", ", DocumentKinds.All)}.");
        RuleFor(x => x.Subject).NotEmpty().WithErrorCode("integration.subject");
        RuleFor(x => x.Reference).Must(r => r is { Length: > 0 and <= 128 }).WithErrorCode("integration.reference").WithMessage("1 to 128 characters.");
        RuleFor(x => x.Party).MaximumLength(128).WithErrorCode("integration.party");
        RuleFor(x => x.Currency).Must(Money.IsCurrency).WithErrorCode("integration.currency").WithMessage("A currency of ISO 4217: three upper-case letters like GBP.");
        RuleFor(x => x.Revision).GreaterThan(0).WithErrorCode("integration.revision");
        RuleFor(x => x.Lines).Must((x, lines) => lines is not null && lines.All(l => l is not null) && lines.Count <= 2_500 && (lines.Count == 0) == (DocumentKinds.Of(x.Kind) is { Accounts.Count: 0 }))
            .WithErrorCode("integration.lines").WithMessage("1 to 2,500 lines; none on a payment or its refund.");
        RuleFor(x => x.Lines).Must((x, lines) => lines.All(l => l is null || (l.Amount.Currency == x.Currency && l.Tax.Currency == x.Currency))).When(x => x.Lines is not null)
            .WithErrorCode("integration.line-currency").WithMessage("All amounts in the document's currency.");
        RuleFor(x => x.Lines).Must((x, lines) => lines.All(l => l is null || DocumentKinds.Of(x.Kind) is not { } shape || shape.Accounts.Contains(l.Account))).When(x => x.Lines is not null)
            .WithErrorCode("integration.account").WithMessage("stock for what moves goods; goods, shipping, discount, service or sundry for what is asked for or given back.");
        RuleFor(x => x.Lines).Must(lines => lines.All(l => l is null or { Description: null or { Length: <= 200 } })).When(x => x.Lines is not null)
            .WithErrorCode("integration.description").WithMessage("At most 200 characters.");
        RuleFor(x => x.Payments).Must((x, payments) => Pays(x, payments))
            .WithErrorCode("integration.payments").WithMessage("Each tender once, at most 20, above 0, in the document's currency and no more than its total; on a payment, its refund and a credit memo only.");
        RuleFor(x => x.Node).Must((x, node) => node is null ? DocumentKinds.Of(x.Kind) is not { Places: > 0 } : node.Length is > 0 and <= 64)
            .WithErrorCode("integration.node").WithMessage("The code of a place, at most 64 characters; a receipt, a transfer and a purchase order must name it.");
        RuleFor(x => x.ToNode).Must((x, node) => (node is { Length: > 0 and <= 64 } && node != x.Node) == (DocumentKinds.Of(x.Kind) is { Places: 2 }) && node is not { Length: 0 or > 64 })
            .WithErrorCode("integration.to-node").WithMessage("The code of another place; on a transfer, and on nothing else.");
    }

    private static bool Pays(ErpDocument document, IReadOnlyList<ErpPayment>? payments) => DocumentKinds.Of(document.Kind)?.Payments switch
    {
        null => true,
        Presence.Never => payments is null,
        Presence.Always => payments is { Count: > 0 } && AreGood(document, payments),
        _ => payments is null || (AreGood(document, payments) && ErpTotals.PaidWith(document) <= Posting.TotalOf(document)),
    };

    private static bool AreGood(ErpDocument document, IReadOnlyList<ErpPayment> payments) =>
        payments.Count <= 20 && payments.All(p => p is { Tender.Length: > 0 and <= 64 } && p.Amount.MinorUnits > 0 && p.Amount.Currency == document.Currency)
        && payments.DistinctBy(p => p.Tender).Count() == payments.Count;
}

internal sealed class PostDocumentHandler(UnitOfWork work, PostingPreload asked, IErp erp) : IRequestHandler<PostDocument, Result<PostingView>>
{
    public async Task<Result<PostingView>> Handle(PostDocument request, CancellationToken ct)
    {
        if (await asked.Find(request.Document.Key, ct) is { } earlier)
        {
            return earlier.Says(request.Document)
                ? earlier.ToView()
                : Refusal.Conflict("integration.other-document", $"{earlier.Key} was asked for with another content; a correction is another revision.");
        }

        var posting = Posting.Of(request.Document, erp.Name, work.Now);
        (await work.Join<IntegrationDbContext>(ct)).Postings.Add(posting);
        work.Raise(posting, erp.Takes(posting.Kind) ? posting.Requested(work.Now) : posting.SetAside(work.Now));
        return posting.ToView();
    }
}
