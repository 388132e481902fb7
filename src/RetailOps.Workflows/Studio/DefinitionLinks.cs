using System.Text.Json.Nodes;

namespace RetailOps.Workflows;

/// <summary>What the original says can be done with definitions.</summary>
internal static class DefinitionLinks
{
    /// <summary>What the designer offers to do with definitions.</summary>
    public static JsonArray OfAll() =>
    [
        Link("/workflow-definitions", "self", "GET"), Link("/workflow-definitions/validation/is-name-unique", "is-name-unique", "GET"), Link("/workflow-definitions/query/count", "count", "GET"),
        Link("/workflow-definitions/many-by-id", "many-by-id", "GET"), Link("/bulk-actions/delete/workflow-definitions/by-definition-id", "bulk-delete-by-definition-id", "POST"),
        Link("/bulk-actions/delete/workflow-definitions/by-id", "bulk-delete-by-id", "POST"), Link("/bulk-actions/publish/workflow-definitions/by-definition-ids", "bulk-publish", "POST"),
        Link("/bulk-actions/retract/workflow-definitions/by-definition-ids", "bulk-retract", "POST"), Link("/workflow-definitions/import", "import", "POST"),
        Link("/workflow-definitions/import-files", "import-files", "POST"), Link("/workflow-definitions", "create", "POST"),
    ];

    /// <summary>What the designer offers to do with a definition.</summary>
    public static JsonArray Of(string definitionId)
    {
        var path = "/workflow-definitions/" + definitionId;
        return
        [
            Link(path, "self", "GET"), Link("/workflow-definitions/by-definition-id/" + definitionId, "self", "GET"), Link(path + "/versions", "versions", "GET"),
            Link(path + "/bulk-dispatch", "bulk-dispatch", "POST"), Link(path + "/dispatch", "dispatch", "POST"), Link(path + "/execute", "execute", "POST"), Link(path + "/export", "export", "POST"),
            Link(path + "/publish", "publish", "POST"), Link(path + "/retract", "retract", "POST"), Link(path, "delete", "DELETE"), Link(path + "/import", "import", "PUT"),
            Link(path + "/update-references", "update-references", "POST"),
        ];
    }

    private static JsonObject Link(string href, string rel, string method) => new() { ["href"] = href, ["rel"] = rel, ["method"] = method };
}
