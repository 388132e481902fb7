using System.Text.Json;

using FluentValidation;

using MediatR;

using Microsoft.Extensions.Logging;

using RetailOps.Kernel;

namespace RetailOps.Platform;

internal sealed class ProposeDocumentValidator : AbstractValidator<ProposeDocument>
{
    public const int LongestContent = 256 * 1024;

    public ProposeDocumentValidator()
    {
        RuleFor(r => r.Name).Must(DocumentTable.IsName).WithErrorCode("documents.name").WithMessage("1 to 64 small letters, digits and hyphens.");
        RuleFor(r => r.Reason).Must(r => Text.HasLength(r, 500)).WithErrorCode("documents.reason").WithMessage("Why, 1 to 500 characters.");
        RuleFor(r => r.Content).Must(c => c.ValueKind is JsonValueKind.Object && c.GetRawText() is { Length: <= LongestContent } text && !text.Contains("\\u0000", StringComparison.Ordinal))
            .WithErrorCode("documents.content").WithMessage("A JSON object of at most 256 KB.");
    }
}

internal sealed class DecideDocumentValidator : AbstractValidator<DecideDocument>
{
    public DecideDocumentValidator() => RuleFor(r => r.Reason).Must((r, reason) => (r.Approve && reason is null) || Text.HasLength(reason, 500))
        .WithErrorCode("documents.decision-reason").WithMessage("1 to 500 characters; needed to reject.");
}

internal sealed class ProposeDocumentHandler(UnitOfWork work, DocumentKinds kinds) : IRequestHandler<ProposeDocument, Result<DocumentView>>
{
    public async Task<Result<DocumentView>> Handle(ProposeDocument request, CancellationToken ct)
    {
        if (!kinds.IsKnown(request.Kind))
        {
            return Refusal.NotFound("documents.unknown-kind", "No module stands for documents of this kind.");
        }

        if (kinds.Faults(request.Kind, request.Content) is { Count: > 0 } faults)
        {
            return DocumentVersion.Invalid(faults);
        }

        var head = await DocumentTable.Lock(work, request.Kind, request.Name, ct);
        var checksum = DocumentTable.Checksum(request.Content);
        if (head.LatestChecksum == checksum)
        {
            return Refusal.Conflict("documents.unchanged", $"Version {head.Latest} says the same already.");
        }

        var version = DocumentVersion.Proposed(work, request.Kind, request.Name, head.Latest + 1, request.Content, isFromFile: false, request.Reason);
        work.Raise(version, new DocumentProposed(Guid.CreateVersion7(), work.Now, request.Kind, request.Name, head.Latest + 1));
        work.Write(new DocumentRow(version.View, checksum));
        return version.View;
    }
}

internal sealed class DecideDocumentHandler(UnitOfWork work, DocumentKinds kinds, GovernedDocuments documents) : IRequestHandler<DecideDocument, Result<DocumentView>>
{
    public async Task<Result<DocumentView>> Handle(DecideDocument request, CancellationToken ct)
    {
        var head = await DocumentTable.Lock(work, request.Kind, request.Name, ct);
        if (await DocumentTable.Find(work, request.Kind, request.Name, request.Version, ct) is not { } found)
        {
            return Refusal.NotFound("documents.unknown", "There is no such version of this document.");
        }

        if (found.Status != "proposed")
        {
            return found.DecidedBy == work.Caller.Actor && found.Status == (request.Approve ? "live" : "rejected")
                ? found
                : Refusal.Conflict("documents.decided", $"This version is {found.Status} already.");
        }

        var version = new DocumentVersion(found);
        if (!request.Approve)
        {
            work.Raise(version, new DocumentRejected(Guid.CreateVersion7(), work.Now, found.Kind, found.Name, found.Version));
            work.Write(new DocumentDecidedRow(version.Decided(work, "rejected", request.Reason)));
            return version.View;
        }

        // Behind an application may stand whoever proposed it, under another name.
        if (work.Caller is not Caller.Person)
        {
            return Refusal.Rule("documents.approver-not-a-person", "A person who has signed in approves; an application may only propose.");
        }

        if (found.Author == work.Caller.Actor)
        {
            return Refusal.Rule("documents.own-proposal", "Nobody approves a proposal of his own; ask somebody else.");
        }

        if (head.Live > found.Version)
        {
            return Refusal.Conflict("documents.superseded", $"Version {head.Live} rules already; propose what you want on top of it.");
        }

        if (kinds.Faults(found.Kind, found.Content!.Value) is { Count: > 0 } faults)
        {
            return DocumentVersion.Invalid(faults);
        }

        work.Raise(version, new DocumentApproved(Guid.CreateVersion7(), work.Now, found.Kind, found.Name, found.Version, head.Live));
        work.Write(new DocumentDecidedRow(version.Decided(work, "live", request.Reason)));
        DocumentVersion.GoesLive(work, documents, version.View, head.Live);
        return version.View;
    }
}

internal sealed partial class ImportDocumentsHandler(UnitOfWork work, GovernedDocuments documents, ILogger<ImportDocumentsHandler> log)
    : IRequestHandler<ImportDocuments, Result<ImportedDocuments>>
{
    public async Task<Result<ImportedDocuments>> Handle(ImportDocuments request, CancellationToken ct)
    {
        var count = 0;
        foreach (var file in request.Files.OrderBy(f => f.Kind, StringComparer.Ordinal).ThenBy(f => f.Name, StringComparer.Ordinal))
        {
            var head = await DocumentTable.Lock(work, file.Kind, file.Name, ct);
            var checksum = DocumentTable.Checksum(file.Content);
            if (head.FileChecksum == checksum)
            {
                continue;
            }

            var number = head.Latest + 1;
            var version = DocumentVersion.Proposed(work, file.Kind, file.Name, number, file.Content, isFromFile: true, file.File);
            work.Raise(version, new DocumentProposed(Guid.CreateVersion7(), work.Now, file.Kind, file.Name, number));
            if (head.IsLiveFromFile)
            {
                work.Raise(version, new DocumentApproved(Guid.CreateVersion7(), work.Now, file.Kind, file.Name, number, head.Live));
                version.Decided(work, "live", null);
                DocumentVersion.GoesLive(work, documents, version.View, head.Live);
            }

            work.Write(new DocumentRow(version.View, checksum));
            LogImported(log, file.File, number, head.IsLiveFromFile ? "live" : "proposed, because the live version was edited elsewhere");
            count++;
        }

        return new ImportedDocuments(count);
    }

    [LoggerMessage(6352, LogLevel.Information, "{File} is version {Version} of its document, {Status}")]
    private static partial void LogImported(ILogger log, string file, int version, string status);
}

/// <summary>One version while it is proposed or decided; each of these is a fact.</summary>
internal sealed class DocumentVersion(DocumentView view) : IAggregate
{
    public DocumentView View { get; private set; } = view;

    public int Revision => View.Revision;

    public static DocumentVersion Proposed(UnitOfWork work, string kind, string name, int version, JsonElement content, bool isFromFile, string reason) =>
        new(new(kind, name, version, "proposed", content, isFromFile, work.Caller.Actor, reason, work.Now, null, null, null, null, 0));

    public static Refusal Invalid(IReadOnlyList<RequestFault> faults) =>
        Refusal.Rule("documents.invalid", "The content is not what a document of this kind must be; see the list of faults.", faults);

    /// <summary>The version before it goes; this host knows at once, others within a second.</summary>
    public static void GoesLive(UnitOfWork work, GovernedDocuments documents, DocumentView version, int? replaced)
    {
        if (replaced is { } before)
        {
            work.Write(new DocumentRetiredRow(version.Kind, version.Name, before, work.Now));
        }

        var hands = DocumentHands.People(new[] { version.Author, version.DecidedBy }.OfType<string>());
        work.OnCommitted(() => documents.Publish(new(version.Kind, version.Name, version.Version, version.Content!.Value) { Hands = hands }));
    }

    public int NextRevision()
    {
        View = View with { Revision = View.Revision + 1 };
        return View.Revision;
    }

    public DocumentView Decided(UnitOfWork work, string status, string? reason) =>
        View = View with { Status = status, DecidedBy = work.Caller.Actor, DecisionReason = reason, DecidedAt = work.Now };
}
