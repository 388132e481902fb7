using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>A page of versions without their documents.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record ListDefinitions(DefinitionQuery Query) : IRequest<Result<DefinitionPage>>;

internal sealed record DefinitionPage(IReadOnlyList<StoredVersion> Items, long Total);

/// <summary>The highest version of a definition that a choice allows.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record FindDefinition(string DefinitionId, VersionChoice Versions) : IRequest<Result<StoredVersion>>;

/// <summary>Versions by their ids; what there is not is left out.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record FindVersions(string[] VersionIds) : IRequest<Result<StoredVersion[]>>;

/// <summary>All versions of a definition, newest first.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record FindHistory(string DefinitionId) : IRequest<Result<StoredVersion[]>>;

/// <summary>Who draws a workflow as an activity.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record FindConsumers(string DefinitionId) : IRequest<Result<StoredVersion[]>>;

[Needs("workflows.read"), AsksDatabase]
internal sealed record CheckDefinitionName(string Name, string? DefinitionId) : IRequest<Result<NameCheck>>;

internal sealed record NameCheck(bool IsUnique);

internal sealed class ListDefinitionsHandler(UnitOfWork work) : IRequestHandler<ListDefinitions, Result<DefinitionPage>>
{
    public async Task<Result<DefinitionPage>> Handle(ListDefinitions request, CancellationToken ct)
    {
        var (items, total) = await DefinitionReads.List(await work.Connection(ct), request.Query, ct);
        return new DefinitionPage(items, total);
    }
}

internal sealed class FindDefinitionHandler(UnitOfWork work) : IRequestHandler<FindDefinition, Result<StoredVersion>>
{
    public async Task<Result<StoredVersion>> Handle(FindDefinition request, CancellationToken ct) =>
        await DefinitionReads.Find(await work.Connection(ct), request.DefinitionId, request.Versions, ct) is { } found ? found : DefinitionRefusals.Unknown();
}

internal sealed class FindVersionsHandler(UnitOfWork work) : IRequestHandler<FindVersions, Result<StoredVersion[]>>
{
    public async Task<Result<StoredVersion[]>> Handle(FindVersions request, CancellationToken ct) => (await DefinitionReads.Many(await work.Connection(ct), request.VersionIds, ct)).ToArray();
}

internal sealed class FindHistoryHandler(UnitOfWork work) : IRequestHandler<FindHistory, Result<StoredVersion[]>>
{
    public async Task<Result<StoredVersion[]>> Handle(FindHistory request, CancellationToken ct) =>
        await DefinitionReads.Versions(await work.Connection(ct), request.DefinitionId, withDocuments: true, ct) is { Count: > 0 } found ? found.ToArray() : DefinitionRefusals.Unknown();
}

internal sealed class FindConsumersHandler(UnitOfWork work) : IRequestHandler<FindConsumers, Result<StoredVersion[]>>
{
    public async Task<Result<StoredVersion[]>> Handle(FindConsumers request, CancellationToken ct) =>
        await DefinitionReads.Latest(await work.Connection(ct), request.DefinitionId, ct) is null ? DefinitionRefusals.Unknown() : await Consumers.Of(work, request.DefinitionId, ct);
}

internal sealed class CheckDefinitionNameHandler(UnitOfWork work) : IRequestHandler<CheckDefinitionName, Result<NameCheck>>
{
    public async Task<Result<NameCheck>> Handle(CheckDefinitionName request, CancellationToken ct) =>
        new NameCheck(!await DefinitionReads.IsNameTaken(await work.Connection(ct), request.Name, request.DefinitionId, ct));
}
