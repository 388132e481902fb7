using FluentValidation;

using MediatR;

using Npgsql;

using RetailOps.Kernel;

namespace RetailOps.Platform;

internal sealed class ListDocumentsValidator : AbstractValidator<ListDocuments>
{
    public ListDocumentsValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("documents.limit");
}

internal sealed class ListDocumentVersionsValidator : AbstractValidator<ListDocumentVersions>
{
    public ListDocumentVersionsValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("documents.limit");
}

internal sealed class ListDocumentsHandler(UnitOfWork work) : IRequestHandler<ListDocuments, Result<IReadOnlyList<DocumentSummary>>>
{
    public async Task<Result<IReadOnlyList<DocumentSummary>>> Handle(ListDocuments request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select d.name, max(d.version) filter (where d.status = 'live'), max(d.version),
                   coalesce(array_agg(d.version order by d.version) filter (where d.status = 'proposed'), '{}')
            from platform.documents d where d.kind = $1 and ($2 is null or d.name > $2)
            group by d.name order by d.name limit $3
            """, await work.Connection(ct))
        {
            Parameters = { new() { Value = request.Kind }, ExceptionTable.TextOrNull(request.After), new() { Value = request.Limit } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var documents = new List<DocumentSummary>();
        while (await reader.ReadAsync(ct))
        {
            documents.Add(new(request.Kind, reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetInt32(1), reader.GetInt32(2), reader.GetFieldValue<int[]>(3)));
        }

        return documents;
    }
}

internal sealed class ListDocumentVersionsHandler(UnitOfWork work) : IRequestHandler<ListDocumentVersions, Result<IReadOnlyList<DocumentView>>>
{
    public async Task<Result<IReadOnlyList<DocumentView>>> Handle(ListDocumentVersions request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"select {DocumentTable.Columns} from platform.documents d where d.kind = $1 and d.name = $2 and ($3 is null or d.version < $3) order by d.version desc limit $4",
            await work.Connection(ct))
        {
            Parameters = { new() { Value = request.Kind }, new() { Value = request.Name }, DocumentTable.IntOrNull(request.Before), new() { Value = request.Limit } },
        };
        return await DocumentTable.Read(command, ct);
    }
}

internal sealed class GetDocumentHandler(UnitOfWork work) : IRequestHandler<GetDocument, Result<DocumentView>>
{
    public async Task<Result<DocumentView>> Handle(GetDocument request, CancellationToken ct) =>
        await DocumentTable.Find(work, request.Kind, request.Name, request.Version, ct) is { } found
            ? found
            : Refusal.NotFound("documents.unknown", "There is no such version of this document.");
}
