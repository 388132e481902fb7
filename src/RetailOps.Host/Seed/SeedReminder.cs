using System.Globalization;
using System.Text.Json;

using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>A flow that does nothing but wait for the clock, in as many versions as one likes: nothing in the business starts it.</summary>
internal static class SeedReminder
{
    public const string DefinitionId = "seeded-reminder";

    /// <summary>Publishes versions of it, one after the other.</summary>
    public static async Task Publish(PastFlows flows, int versions, CancellationToken ct)
    {
        for (var version = 1; version <= versions; version++)
        {
            await flows.Publish(DefinitionId + ".json", Text(version), ct);
        }
    }

    /// <summary>Starts one that ends at an instant.</summary>
    public static void Start(PastWork past, PastFlows flows, string versionId, int number, DateTimeOffset due)
    {
        var span = (due - past.Now).ToString("c", CultureInfo.InvariantCulture);
        flows.StartVersion(past, versionId, $"reminder/{number:00000000}", JsonSerializer.SerializeToElement(new { Span = span }));
    }

    private static string Text(int version) =>
        $$"""
        {
          "id": "{{DefinitionId}}-{{version}}",
          "definitionId": "{{DefinitionId}}",
          "name": "Seeded reminder",
          "description": "Waits for its time and ends. As it was written {{version}} times.",
          "version": {{version}},
          "toolVersion": "3.8.0.0",
          "variables": [],
          "inputs": [{ "type": "String", "name": "Span", "displayName": "Span", "description": "How long it waits", "category": "Primitives", "isArray": false }],
          "outputs": [],
          "outcomes": [],
          "customProperties": {},
          "isReadonly": false,
          "isSystem": false,
          "isLatest": true,
          "isPublished": true,
          "options": {},
          "root": {
            "type": "Elsa.Flowchart",
            "version": 1,
            "id": "Flowchart1",
            "activities": [
              { "type": "Elsa.Start", "version": 1, "id": "start", "name": "Start" },
              { "type": "Elsa.Delay", "version": 1, "id": "wait", "name": "Wait", "timeSpan": { "typeName": "TimeSpan", "expression": { "type": "Input", "value": "Span" } } },
              { "type": "Elsa.Finish", "version": 1, "id": "finish", "name": "Done" }
            ],
            "connections": [
              { "source": { "activity": "start", "port": "Done" }, "target": { "activity": "wait", "port": "In" } },
              { "source": { "activity": "wait", "port": "Done" }, "target": { "activity": "finish", "port": "In" } }
            ]
          }
        }
        """;
}
