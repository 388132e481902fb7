using MediatR;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

/// <summary>What may be drawn: activities of the catalogue and workflows that are usable as one.</summary>
/// <param name="TypeName">Only this type; null for all.</param>
[Needs("workflows.read"), AsksDatabase]
internal sealed record DescribeActivities(string? TypeName = null) : IRequest<Result<ActivityDescriptor[]>>;

/// <summary>A list that is part of the build.</summary>
[Needs("workflows.read")]
internal sealed record DescribeDesigner(Func<IReadOnlyList<object>> List) : IRequest<Result<DesignerList>>;

internal sealed record DesignerList(IReadOnlyList<object> Items);

/// <summary>What scripts of a definition may call.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record DescribeScripts(string DefinitionId) : IRequest<Result<string>>;

internal sealed class DescribeActivitiesHandler(UnitOfWork work, ActivityDescriptors descriptors) : IRequestHandler<DescribeActivities, Result<ActivityDescriptor[]>>
{
    public async Task<Result<ActivityDescriptor[]>> Handle(DescribeActivities request, CancellationToken ct)
    {
        var usable = await DefinitionReads.Usable(await work.Connection(ct), ct);
        var all = usable.Count == 0 ? descriptors.BuiltIn : [.. descriptors.BuiltIn, .. usable.Select(ActivityDescriptors.OfWorkflow)];
        if (request.TypeName is not { } type)
        {
            return all;
        }

        return all.Where(d => d.TypeName == type).MaxBy(d => d.Version) is { } found
            ? new[] { found }
            : Refusal.NotFound("workflows.unknown-activity", "There is no such type of activity.");
    }
}

internal sealed class DescribeDesignerHandler : IRequestHandler<DescribeDesigner, Result<DesignerList>>
{
    public Task<Result<DesignerList>> Handle(DescribeDesigner request, CancellationToken cancellationToken) => Task.FromResult<Result<DesignerList>>(new DesignerList(request.List()));
}

internal sealed class DescribeScriptsHandler(UnitOfWork work) : IRequestHandler<DescribeScripts, Result<string>>
{
    public async Task<Result<string>> Handle(DescribeScripts request, CancellationToken ct) =>
        ScriptTypes.Of(await DefinitionReads.Latest(await work.Connection(ct), request.DefinitionId, ct) is { } latest ? DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(latest.Document)) : null);
}

internal static class DescriptorEndpoints
{
    private static readonly string[] ConverterTypes = ["sourceType", "destinationType"];

    public static void Map(IEndpointRouteBuilder elsa)
    {
        var descriptors = elsa.MapGroup("/descriptors");
        descriptors.MapGet("/activities", Activities);
        descriptors.MapGet("/activities/{typeName}", async (string typeName, Door door, CancellationToken ct) =>
            ElsaAnswers.Of(await door.Run(new DescribeActivities(typeName), ct), found => ElsaAnswers.Ok(found[0])));
        descriptors.MapPost("/activities/{typeName}/options/{property}", async (string typeName, string property, Door door, CancellationToken ct) =>
            ElsaAnswers.Of(await door.Run(new DescribeActivities(typeName), ct), found => Options(found[0], property)));
        List(descriptors, "/expression-descriptors", () => DesignerLists.Expressions);
        List(descriptors, "/variables", () => DesignerLists.Variables);
        List(descriptors, "/storage-drivers", () => DesignerLists.StorageDrivers);
        List(descriptors, "/workflow-activation-strategies", () => DesignerLists.ActivationStrategies);
        List(descriptors, "/incident-strategies", () => DesignerLists.IncidentStrategies);
        List(descriptors, "/log-persistence-strategies", () => DesignerLists.LogPersistenceStrategies);
        List(descriptors, "/commit-strategies/workflows", () => DesignerLists.WorkflowCommitStrategies);
        List(descriptors, "/commit-strategies/activities", () => DesignerLists.ActivityCommitStrategies);
        descriptors.MapGet("/output-converters", Converters);
        List(elsa, "/features/installed", () => DesignerLists.Features);
        elsa.MapGet("/features/installed/{fullName}", async (string fullName, Door door, CancellationToken ct) =>
            ElsaAnswers.Of(await door.Run(new DescribeDesigner(() => DesignerLists.Features), ct), _ =>
                DesignerLists.Features.FirstOrDefault(f => f.FullName == fullName) is { } feature ? ElsaAnswers.Ok(feature) : ElsaAnswers.Missing()));
        List(elsa, "/resilience/strategies", () => Array.Empty<object>());
        elsa.MapPost("/scripting/javascript/type-definitions/{definitionId}", async (string definitionId, Door door, CancellationToken ct) =>
            ElsaAnswers.Of(await door.Run(new DescribeScripts(definitionId), ct), text => TypedResults.Text(text, "application/x-typescript")));
    }

    private static void List(IEndpointRouteBuilder group, string path, Func<IReadOnlyList<object>> list) => group.MapGet(path, async (Door door, CancellationToken ct) =>
        ElsaAnswers.Of(await door.Run(new DescribeDesigner(list), ct), found => ElsaAnswers.Items(found.Items)));

    /// <summary>The designer asks after every save; between two saves nothing has changed, and the text is made once.</summary>
    private static async Task<IResult> Activities(Door door, ActivityDescriptors descriptors, CancellationToken ct) =>
        ElsaAnswers.Of(await door.Run(new DescribeActivities(), ct), all => ReferenceEquals(all, descriptors.BuiltIn) ? TypedResults.Bytes(descriptors.Text, "application/json") : ElsaAnswers.Items(all));

    private static IResult Options(ActivityDescriptor activity, string property) =>
        ElsaAnswers.Ok(new { items = activity.Inputs.FirstOrDefault(i => i.Name.Equals(property, StringComparison.OrdinalIgnoreCase))?.UiSpecifications ?? new Dictionary<string, object>() });

    private static async Task<IResult> Converters(HttpRequest request, Door door, CancellationToken ct)
    {
        var missing = ConverterTypes.Where(name => string.IsNullOrEmpty(request.Query[name])).Select(name => $"The {name} query parameter is required.").ToList();
        return ElsaAnswers.Of(
            await door.Run(new DescribeDesigner(() => Array.Empty<object>()), ct), _ => missing.Count > 0 ? ElsaAnswers.Errors(StatusCodes.Status400BadRequest, missing) : ElsaAnswers.Items(Array.Empty<object>()));
    }
}
