using System.Text.Json.Nodes;

namespace RetailOps.Workflows;

/// <summary>Definitions in the shapes that the designer reads.</summary>
internal static class DefinitionAnswers
{
    /// <summary>A row of a list.</summary>
    public static object Summary(StoredVersion v) => new
    {
        links = DefinitionLinks.Of(v.DefinitionId),
        isMaterializerAvailable = true,
        id = v.VersionId,
        definitionId = v.DefinitionId,
        name = v.Name,
        description = v.Description,
        version = v.Version,
        toolVersion = v.ToolVersion ?? StudioEndpoints.ElsaVersion,
        isLatest = v.IsLatest,
        isPublished = v.IsPublished,
        materializerName = "Json",
        createdAt = v.Created,
        isReadonly = false,
    };

    /// <summary>A row of a definition's history: the drawing as text.</summary>
    public static JsonObject Version(StoredVersion v, ActivityCatalogue catalogue)
    {
        var answer = ElsaDocument.Answer(v, catalogue, withLinks: false);
        var text = answer["root"]?.ToJsonString() ?? "{}";
        answer.Remove("root");
        (answer["materializerName"], answer["stringData"]) = ("Json", text);
        return answer;
    }

    /// <summary>What saving and publishing answer. What the linter says, and that another person must approve, comes as validation errors.</summary>
    public static object Saved(SavedDefinition saved, ActivityCatalogue catalogue) => new
    {
        workflowDefinition = ElsaDocument.Answer(saved.Version, catalogue),
        alreadyPublished = saved.WasPublished,
        consumingWorkflowCount = saved.Consumers,
        validationErrors = Notices(saved.Notice).Concat(saved.Problems.Select(p => new { message = p.Message, activityId = p.ActivityId, code = p.Code, severity = p.IsError ? "Error" : "Warning" })),
    };

    /// <summary>A definition, with a notice where another person must approve what was asked.</summary>
    public static JsonObject Wished(WishOutcome outcome, ActivityCatalogue catalogue)
    {
        var answer = ElsaDocument.Answer(outcome.Version, catalogue);
        if (outcome.Notice is { } notice)
        {
            answer["validationErrors"] = new JsonArray(new JsonObject { ["message"] = notice, ["code"] = ProposedCode, ["severity"] = "Warning" });
        }

        return answer;
    }

    private const string ProposedCode = "proposed";

    private static IEnumerable<object> Notices(string? notice) => notice is null ? [] : [new { message = notice, activityId = (string?)null, code = ProposedCode, severity = "Warning" }];
}
