using FluentValidation;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

internal sealed class PreviewPostingValidator : AbstractValidator<PreviewPosting>
{
    public PreviewPostingValidator() => RuleFor(r => r.Key).NotEmpty().WithErrorCode("integration.key");
}

internal sealed class PreviewPostingHandler(PostingReads postings, IErp erp) : IRequestHandler<PreviewPosting, Result<PostingPreview>>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Nothing of ours is open while the other machine thinks.
    public async Task<Result<PostingPreview>> Handle(PreviewPosting request, CancellationToken ct)
    {
        if (await postings.Read([request.Key], ct) is not [{ Document: var document }])
        {
            return RetryPostingHandler.Unknown();
        }

        if (!erp.Takes(document.Kind))
        {
            return new PostingPreview(document.Key, erp.Name, [], [$"{erp.Name} keeps no documents of the kind {document.Kind} for us."]);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            var preview = await erp.Preview(document, limit.Token);
            return new PostingPreview(document.Key, erp.Name, [.. preview.Calls.Select(c => new PreviewedCall(c.Operation, c.Payload))], preview.Gaps);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return Refusal.Conflict("integration.erp-silent", e is OperationCanceledException ? $"{erp.Name} did not answer within {Patience.TotalSeconds:0} s." : $"{erp.Name} does not answer: {e.Message}");
        }
    }
}
