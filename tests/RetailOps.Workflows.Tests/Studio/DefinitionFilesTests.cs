using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

/// <summary>Definitions as files: out and in again.</summary>
public sealed class DefinitionFilesTests(StudioHost studio) : IClassFixture<StudioHost>
{
    [Fact]
    public async Task What_is_exported_comes_back_as_it_was()
    {
        var saved = await studio.Save(StudioHost.Model("travels", "It travels!"));
        using var file = await studio.Http.GetAsync("/elsa/api/workflow-definitions/travels/export?versionOptions=Latest");
        var text = await file.Content.ReadAsStringAsync();
        var exported = JsonNode.Parse(text)!.AsObject();
        exported["definitionId"] = "travelled";

        var (status, imported) = await studio.Post("/workflow-definitions/import", exported);

        text.Should().StartWith("{\n  \"$schema\": \"https://elsaworkflows.io/schemas/workflow-definition/v3.0.0/schema.json\",\n  \"id\"");
        file.Content.Headers.ContentDisposition!.FileName.Should().Be($"workflow-definition-it-travels-travels-{saved["id"]}.json");
        status.Should().Be(HttpStatusCode.OK);
        imported!["root"]!.ToJsonString().Should().Be(saved["root"]!.ToJsonString());
        imported["version"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task Several_are_exported_as_an_archive_which_can_be_imported()
    {
        var ids = new[] { await studio.Save(StudioHost.Model("zip-a", "Zip a")), await studio.Save(StudioHost.Model("zip-b", "Zip b")) }.Select(v => v["id"]!.GetValue<string>());
        using var answer = await studio.Http.PostAsync("/elsa/api/bulk-actions/export/workflow-definitions", new StringContent(new JsonObject { ["ids"] = new JsonArray([.. ids.Select(i => (JsonNode)i)]) }.ToJsonString(), Encoding.UTF8, "application/json"));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        using var archive = new ZipArchive(new MemoryStream(bytes));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "files", "all.zip" }, { new StringContent("no JSON"), "files", "bad.json" } };

        using var imported = await studio.Http.PostAsync("/elsa/api/workflow-definitions/import-files", form);
        var body = JsonNode.Parse(await imported.Content.ReadAsStringAsync())!;

        archive.Entries.Should().HaveCount(2);
        body["count"]!.GetValue<int>().Should().Be(2);
        body["errors"]![0]!.GetValue<string>().Should().StartWith("bad.json");
    }

    [Fact]
    public async Task An_import_never_overwrites_a_draft()
    {
        var draft = await studio.Save(StudioHost.Model("kept-draft", "Kept draft", "Mine"));

        var (_, imported) = await studio.Post("/workflow-definitions/import", StudioHost.Model("kept-draft", "Kept draft", "Theirs"));

        imported!["version"]!.GetValue<int>().Should().Be(2);
        StudioHost.LineOf((await studio.Get($"/workflow-definitions/by-id/{draft["id"]}")).Body!)["text"]!["expression"]!["value"]!.GetValue<string>().Should().Be("Mine");
    }
}
