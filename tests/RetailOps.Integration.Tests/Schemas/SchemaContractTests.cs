using System.Text.Json.Nodes;

using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>The committed schemas are what the types say, and change only in sight.</summary>
public sealed class SchemaContractTests
{
    private const string Schema =
        """
        {"$id":"urn:x","title":"Lamp","type":"object","required":["colour"],"properties":{"colour":{"type":"string","enum":["red","green"]},"watts":{"type":["integer","null"],"minimum":1},
        "makers":{"type":"array","items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}}}}
        """;

    private static readonly string Folder = Path.Combine(RepositoryRoot.Find(), "docs", "schemas");

    [Fact]
    public void The_committed_schemas_say_what_the_types_say()
    {
        var (committed, now) = (Committed(), SchemaWriter.All());
        var accepts = Environment.GetEnvironmentVariable("CI") == "true" ? null : Environment.GetEnvironmentVariable("RETAILOPS_ACCEPT");
        if (accepts != "breaking")
        {
            SchemaChanges.Between(committed, now).Where(c => c.Breaks).Select(c => c.ToString()).Should().BeEmpty(
                "who sent and read it rightly yesterday does so today: a new meaning is a new version beside the old one; RETAILOPS_ACCEPT=breaking accepts it all the same, with a line in CHANGELOG.md");
        }

        if (accepts is "1" or "breaking")
        {
            Write(committed.Keys.Except(now.Keys), now);
            committed = Committed();
        }

        SchemaChanges.Between(committed, now).Select(c => c.ToString()).Should().BeEmpty("docs/schemas is what others rely upon; RETAILOPS_ACCEPT=1 ./test -- Integration.Tests accepts the difference");
        foreach (var (path, schema) in now)
        {
            File.ReadAllText(Path.Combine(Folder, path)).Should().Be(SchemaWriter.Text(schema), "{0} is written anew by RETAILOPS_ACCEPT=1", path);
        }
    }

    [Fact]
    public void What_is_served_is_what_is_committed()
    {
        var shelf = new SchemaShelf();

        shelf.All.Select(s => (s.Kind == "document" ? "documents/" : "events/") + s.Name + ".json").Should().BeEquivalentTo(Committed().Keys);
        shelf.All.Should().OnlyContain(s => shelf.Find(s.Name)!.Schema.GetProperty("title").GetString() == s.Describes && s.Version > 0 && s.Means.Length > 0);
        shelf.Find("SalesInvoice.v1")!.Tag.Should().NotBe(shelf.Find("CreditMemo.v1")!.Tag).And.Be(new SchemaShelf().Find("SalesInvoice.v1")!.Tag);
        shelf.Find("SalesInvoice.v9").Should().BeNull();
    }

    [Theory]
    [InlineData("\"watts\":{\"type\":[\"integer\",\"null\"],\"minimum\":1},", "", "BREAKS  lamp: the member watts is gone")]
    [InlineData("\"watts\":", "\"volts\":", "BREAKS  lamp: the member watts is gone", "adds    lamp: the member volts is new")]
    [InlineData("[\"integer\",\"null\"]", "\"integer\"", "BREAKS  lamp.watts: type [\"integer\",\"null\"] is now \"integer\"")]
    [InlineData("\"minimum\":1", "\"minimum\":2", "BREAKS  lamp.watts: minimum 1 is now 2")]
    [InlineData(",\"minimum\":1", "", "BREAKS  lamp.watts: minimum 1 is now nothing")]
    [InlineData("[\"red\",\"green\"]", "[\"red\",\"blue\"]", "BREAKS  lamp.colour: the word green is gone", "adds    lamp.colour: the word blue is new")]
    [InlineData("[\"colour\"]", "[\"colour\",\"watts\"]", "BREAKS  lamp: the member watts must be there now")]
    [InlineData("[\"colour\"]", "[]", "BREAKS  lamp: the member colour may be missing now")]
    [InlineData("{\"name\":{\"type\":\"string\"}}", "{\"name\":{\"type\":\"string\"},\"town\":{\"type\":\"string\"}}", "adds    lamp.makers[]: the member town is new")]
    [InlineData("[\"name\"],\"properties\":{", "[\"name\",\"town\"],\"properties\":{\"town\":{},", "BREAKS  lamp.makers[]: the member town is new and must be there")]
    [InlineData("\"Lamp\"", "\"A lamp\"", "adds    lamp: its title says something else")]
    public void Each_kind_of_change_is_named(string was, string @is, params string[] changes)
    {
        Schema.Should().Contain(was);

        Between(Schema, Schema.Replace(was, @is, StringComparison.Ordinal)).Should().Equal(changes);
    }

    [Fact]
    public void A_file_that_is_gone_breaks_and_a_new_one_does_not()
    {
        var one = new Dictionary<string, JsonObject> { ["events/a.v1.json"] = [] };
        var other = new Dictionary<string, JsonObject> { ["events/b.v1.json"] = [] };

        SchemaChanges.Between(one, other).Select(c => c.ToString()).Should().Equal("BREAKS  events/a.v1.json is gone", "adds    events/b.v1.json is new");
    }

    private static IEnumerable<string> Between(string before, string after) =>
        SchemaChanges.Between(One(before), One(after)).Select(c => c.ToString());

    private static Dictionary<string, JsonObject> One(string schema) => new() { ["events/lamp.json"] = (JsonObject)JsonNode.Parse(schema)! };

    private static SortedDictionary<string, JsonObject> Committed()
    {
        var committed = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var file in Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories) : [])
        {
            committed.Add(Path.GetRelativePath(Folder, file).Replace('\\', '/'), (JsonObject)JsonNode.Parse(File.ReadAllText(file))!);
        }

        return committed;
    }

    private static void Write(IEnumerable<string> gone, SortedDictionary<string, JsonObject> schemas)
    {
        gone.ToList().ForEach(path => File.Delete(Path.Combine(Folder, path)));
        foreach (var (path, schema) in schemas)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, path))!);
            File.WriteAllText(Path.Combine(Folder, path), SchemaWriter.Text(schema));
        }
    }
}
