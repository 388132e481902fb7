using System.Text.Json;

namespace RetailOps.Workflows.Tests;

/// <summary>
/// What the real engine did with definitions of its own test suite. The cases lie beside the repository and are not part of it; without them these tests fail,
/// and the plain test run leaves them out.
/// </summary>
[Trait("needs", "shared")]
public sealed class GoldenTests
{
    /// <summary>Cases whose activities this engine has, by the file that is run.</summary>
    public static TheoryData<string> Cases =>
    [
        "ImportAndExecute-writeline.json", "ExplicitJoins-join-any-1.json", "ExplicitJoins-join-all-2.json", "JoinBehaviors-fork-decision-join-converge.json",
        "JoinBehaviors-fork-decision-join-waitall.json", "JoinBehaviors-join.json", "FlowchartCompletion-workflow1.json", "FlowchartCompletion-workflow3.json",
        "FlowchartCompletion-workflow5.json", "JsonObjectSerialization-instance-serialization.json", "Workflows-parent-version-fallback.json",
    ];

    [Theory, MemberData(nameof(Cases))]
    public async Task A_definition_of_the_original_runs_here_as_it_does_there(string file)
    {
        var golden = Golden(file);
        var bench = new Bench();
        var workflow = WorkflowCompiler.Compile(WorkflowDefinition.Read(await File.ReadAllBytesAsync(Path.Combine(Folder(), file))), Bench.Catalogue);

        var (state, result) = await bench.Start(workflow);
        var journal = result.Journal.Select(Line).ToList();
        var afterFirst = (result.BookmarksCreated.Count, bench.Lines.Count);
        while (state.Bookmarks.Count > 0)
        {
            // Earliest first, as timers fire.
            state = StateSerializer.Read(StateSerializer.Write(state));
            var next = state.Bookmarks.OrderBy(b => b.Due).First();
            result = await bench.Runner.ResumeAsync(workflow, state, next.Id, null, bench, CancellationToken.None);
            journal.AddRange(result.Journal.Select(Line));
        }

        bench.Lines.Where(l => l.Length > 0).Should().Equal(Texts(golden, "lines"));
        journal.Should().BeEquivalentTo(Texts(golden, "journal"));
        afterFirst.Should().Be((golden.GetProperty("afterFirstBurst").GetProperty("bookmarks").GetArrayLength(), Visible(golden)));
        state.Incidents.Select(i => $"{i.ActivityId}: {i.Message}").Should().Equal(Texts(golden, "incidents"));
        if (state.Incidents.Count == 0)
        {
            result.SubStatus.ToString().Should().Be(golden.GetProperty("subStatus").GetString());
        }
        else
        {
            // The one rule of ours: a failure waits for a person, it does not end the instance.
            result.SubStatus.Should().Be(InstanceSubStatus.Suspended);
        }

        int Visible(JsonElement of) => of.GetProperty("afterFirstBurst").GetProperty("lines").GetInt32() + (bench.Lines.Count - bench.Lines.Count(l => l.Length > 0));
    }

    /// <summary>A parent and its child, by the files of both. Here the child is an instance of its own that runs after the parent's burst, so the parent waits for it in the journal.</summary>
    public static TheoryData<string, string> Families => new()
    {
        { "ExecuteWorkflow-child-workflow.json", "ExecuteWorkflow-parent-with-wait.json" },
        { "ExecuteWorkflow-child-with-output.json", "ExecuteWorkflow-parent-capture-output.json" },
    };

    [Theory, MemberData(nameof(Families))]
    public async Task A_parent_of_the_original_gets_from_its_child_what_it_gets_there(string child, string parent)
    {
        var golden = Golden(parent);
        var bench = new Bench();
        var (inner, outer) = (await Read(child), await Read(parent));
        bench.Published[inner.DefinitionId] = inner;

        var (state, result) = await bench.Start(outer);
        var journal = result.Journal.Select(Line).ToList();
        var order = result.ChildrenStarted.Single();
        using var input = JsonDocument.Parse(order.Input);
        var instance = InstanceState.New(order.Id, inner, order.CorrelationId, input.RootElement);
        await bench.Runner.StartAsync(inner, instance, null, null, bench, CancellationToken.None);
        (state, result) = await bench.Resume(outer, state, "Elsa.ExecuteWorkflow", JsonSerializer.SerializeToElement(ChildEnd.Of(instance), JsonReading.Web));
        journal.AddRange(result.Journal.Select(Line));

        bench.Lines.Should().Equal(Texts(golden, "lines"));
        journal.Where(l => !l.EndsWith("Suspended") && !l.EndsWith("Resumed")).Should().Equal(Texts(golden, "journal"));
        result.SubStatus.ToString().Should().Be(golden.GetProperty("subStatus").GetString());
        static async Task<CompiledWorkflow> Read(string file) => WorkflowCompiler.Compile(WorkflowDefinition.Read(await File.ReadAllBytesAsync(Path.Combine(Folder(), file))), Bench.Catalogue);
    }

    [Fact]
    public void Every_definition_of_the_original_is_read_and_survives_writing()
    {
        foreach (var file in Directory.EnumerateFiles(Folder(), "*.json").Where(f => !f.EndsWith("golden.json", StringComparison.Ordinal)))
        {
            var written = WorkflowDefinition.Read(File.ReadAllBytes(file)).Write();

            WorkflowDefinition.Read(written).Write().Should().Equal(written);
            JsonElement.DeepEquals(JsonElement.Parse(written), JsonElement.Parse(File.ReadAllBytes(file))).Should().BeTrue(file);
        }
    }

    private static string Line(JournalEntry entry) => $"{entry.ActivityType} {entry.ActivityId} {entry.Node.Name} {entry.EventName}";

    private static IEnumerable<string> Texts(JsonElement golden, string member) => golden.GetProperty(member).EnumerateArray().Select(t => t.GetString()!).Where(t => t.Length > 0);

    private static JsonElement Golden(string file)
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), "golden.json")));
        return cases.RootElement.EnumerateArray().Single(c =>
            c.GetProperty("mode").GetString() == "CounterBased" && c.GetProperty("files").EnumerateArray().Last().GetString() == file).Clone();
    }

    private static string Folder()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "RetailOps.sln")))
        {
            at = at.Parent;
        }

        var folder = Path.Combine(at?.FullName ?? "", "..", "shared", "elsa", "conformance");
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException("The conformance cases are not there; run the tests without --all.");
    }
}
