using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

/// <summary>Parts of a drawing, for who looks into an activity that holds others.</summary>
internal static class DefinitionGraph
{
    public static void Map(IEndpointRouteBuilder definitions)
    {
        definitions.MapGet("/subgraph/{id}", Subgraph);
        definitions.MapGet("/subgraph/segments/{id}", Segments);
    }

    private static async Task<IResult> Subgraph(string id, HttpRequest request, Door door, ActivityCatalogue catalogue, CancellationToken ct)
    {
        var parent = request.Query["parentNodeId"].ToString() is { Length: > 0 } named ? named : WorkflowRoot.RootId;
        return ElsaAnswers.Of(await door.Run(new FindVersions([id]), ct), found =>
            found.Length == 1 && Place.All(ElsaDocument.Answer(found[0], catalogue, withLinks: false)).FirstOrDefault(p => p.NodeId == parent) is { } place ? ElsaAnswers.Ok(place.ToTree()) : ElsaAnswers.Missing());
    }

    private static async Task<IResult> Segments(string id, HttpRequest request, Door door, ActivityCatalogue catalogue, CancellationToken ct)
    {
        var child = request.Query["childNodeId"].ToString();
        return ElsaAnswers.Of(await door.Run(new FindVersions([id]), ct), found =>
            found.Length == 1 && Place.All(ElsaDocument.Answer(found[0], catalogue, withLinks: false)).FirstOrDefault(p => p.NodeId == child) is { Parent: { } container } place
                ? ElsaAnswers.Ok(new { childNode = place.ToNode(), container = container.ToNode(), pathSegments = container.Path().Select(p => p.ToSegment()) })
                : ElsaAnswers.Missing());
    }

    /// <summary>An activity at its place.</summary>
    private sealed record Place(JsonObject Activity, string Port, Place? Parent)
    {
        public string NodeId => Activity["nodeId"]!.GetValue<string>();

        /// <summary>The workflow itself, and everything in it, parents first.</summary>
        public static IEnumerable<Place> All(JsonObject definition)
        {
            var workflow = new Place(Workflow(definition), "Root", null);
            return [workflow, .. workflow.Below("root", "Root")];
        }

        public object ToNode() => new { nodeId = NodeId, port = Port, activity = Activity.DeepClone() };

        public object ToTree() => new { nodeId = NodeId, port = Port, activity = Activity.DeepClone(), children = Children().Select(c => c.ToNode()) };

        public object ToSegment() => new
        {
            activityNodeId = NodeId,
            activityId = Activity["id"]?.GetValue<string>(),
            activityType = Activity["type"]?.GetValue<string>(),
            port = Port,
            activityName = Activity["name"]?.GetValue<string>(),
        };

        /// <summary>From the outside in; the workflow itself and its root go without saying.</summary>
        public IEnumerable<Place> Path() => Parent is { Parent: not null } outer ? [.. outer.Path(), this] : [];

        private IEnumerable<Place> Children()
        {
            foreach (var (name, value) in Activity)
            {
                var port = char.ToUpperInvariant(name[0]) + name[1..];
                var inner = value switch
                {
                    JsonObject one when name is not ("metadata" or "customProperties" or "start") => [one],
                    JsonArray many when name == "cases" => many.OfType<JsonObject>().Select(c => c["activity"]).OfType<JsonObject>(),
                    JsonArray many => many.OfType<JsonObject>(),
                    _ => [],
                };
                foreach (var child in inner.Where(c => c["nodeId"] is JsonValue))
                {
                    yield return new Place(child, port, this);
                }
            }
        }

        private IEnumerable<Place> Below(string member, string port)
        {
            if (Activity[member] is not JsonObject root)
            {
                yield break;
            }

            var open = new Stack<Place>([new Place(root, port, this)]);
            while (open.TryPop(out var place))
            {
                yield return place;
                foreach (var child in place.Children().Reverse())
                {
                    open.Push(child);
                }
            }
        }

        /// <summary>As the original shows a workflow among activities.</summary>
        private static JsonObject Workflow(JsonObject d) => new()
        {
            ["identity"] = new JsonObject { ["definitionId"] = d["definitionId"]?.DeepClone(), ["version"] = d["version"]?.DeepClone(), ["id"] = d["id"]?.DeepClone() },
            ["publication"] = new JsonObject { ["isLatest"] = d["isLatest"]?.DeepClone(), ["isPublished"] = d["isPublished"]?.DeepClone() },
            ["inputs"] = d["inputs"]?.DeepClone(),
            ["outputs"] = d["outputs"]?.DeepClone(),
            ["outcomes"] = d["outcomes"]?.DeepClone(),
            ["workflowMetadata"] = new JsonObject { ["name"] = d["name"]?.DeepClone(), ["description"] = d["description"]?.DeepClone(), ["createdAt"] = d["createdAt"]?.DeepClone(), ["toolVersion"] = d["toolVersion"]?.DeepClone() },
            ["options"] = d["options"]?.DeepClone(),
            ["isReadonly"] = d["isReadonly"]?.DeepClone(),
            ["isSystem"] = d["isSystem"]?.DeepClone(),
            ["definitionHandle"] = new JsonObject { ["definitionVersionId"] = d["id"]?.DeepClone() },
            ["result"] = null,
            ["root"] = d["root"]?.DeepClone(),
            ["id"] = WorkflowRoot.RootId,
            ["nodeId"] = WorkflowRoot.RootId,
            ["name"] = null,
            ["type"] = WorkflowRoot.Type,
            ["version"] = 1,
            ["customProperties"] = d["customProperties"]?.DeepClone(),
            ["metadata"] = new JsonObject(),
        };
    }
}
