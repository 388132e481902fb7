using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;

using FluentAssertions;

namespace RetailOps.Workflows.Tests;

/// <summary>What a burst makes once and uses again must not be told from what is new.</summary>
public sealed class ReuseTests
{
    [Fact]
    public void An_execution_that_is_used_again_remembers_nothing_of_the_one_it_was()
    {
        var workflow = new Drawing().Line("a", "one").Compile();
        var (root, step) = (workflow.Nodes[0], workflow.NodesById["a"]);
        var fresh = new ActivityExecution { Number = 7, ActivityId = step.Key, Node = step };
        var used = new ActivityExecution { Number = 3, ActivityId = root.Key, Node = root };
        (used.Parent, used.NextUnused, used.Status, used.Backward, used.Resumed, used.Queued) = (fresh, fresh, ExecutionStatus.Faulted, true, true, true);
        (used.Payload, used.Attempt, used.Cursor, used.Children) = (JsonElement.Parse("1"), 1, 2, 3);
        (used.Properties, used.Variables, used.Flow) = ([], new() { ["v"] = 1 }, new FlowCounters(0, 1, 1));
        var changed = typeof(ActivityExecution).GetProperties().Where(p => !Equals(p.GetValue(used), p.GetValue(fresh))).Select(p => p.Name);
        changed.Should().BeEquivalentTo(typeof(ActivityExecution).GetProperties().Select(p => p.Name).Except([nameof(ActivityExecution.Tokens)]), "a property that is not filled here would not be tested");

        used.Become(7, step);

        foreach (var field in typeof(ActivityExecution).GetFields(BindingFlags.Instance | BindingFlags.NonPublic))
        {
            field.GetValue(used).Should().Be(field.GetValue(fresh), field.Name);
        }
    }

    [Fact]
    public async Task A_long_loop_writes_the_journal_that_a_new_execution_for_each_step_would_give()
    {
        var bench = new Bench { Runner = new WorkflowRunner(stepBudget: 200) };

        var (state, result) = await bench.Start(new Drawing().Line("a", "A").Line("b", "B").Connect("a → b → a").Compile());

        var steps = result.Journal.Where(j => j.ActivityId is "a" or "b").GroupBy(j => j.ExecutionId).ToList();
        steps.Should().HaveCount(198);
        steps.Select(s => s.First().ActivityId).Should().Equal(Enumerable.Range(0, 198).Select(n => n % 2 == 0 ? "a" : "b"));
        steps.Should().OnlyContain(s => s.Select(j => j.EventName).SequenceEqual(new[] { "Started", "Completed" }) && s.All(j => j.ParentExecutionId == result.Journal[1].ExecutionId));
        result.Journal.Select(j => j.Sequence).Should().Equal(Enumerable.Range(0, 2 + (2 * 198)).Select(n => (long)n));
        (state.LastExecution, state.JournalSequence).Should().Be((201, 398));
    }

    [Fact]
    public void A_variable_that_one_execution_adds_is_not_seen_by_another_of_the_same_step()
    {
        var beginning = ScopeValues.Of([new("v-a", "a", VariableType.Int32, 1), new("v-b", "b", VariableType.Int32, 2), new("v-a", "a", VariableType.Int32, 3)]);
        var (one, other) = (beginning.Copy(), beginning.Copy());

        one["v-a"] = 10;
        one["local"] = "x";
        var copy = one.Copy();
        copy["more"] = "y";

        one.Should().Equal(KeyValuePair.Create("v-a", (object?)10), KeyValuePair.Create("v-b", (object?)2), KeyValuePair.Create("local", (object?)"x"));
        other.Should().Equal(KeyValuePair.Create("v-a", (object?)3), KeyValuePair.Create("v-b", (object?)2));
        copy.Keys.Should().Equal("v-a", "v-b", "local", "more");
    }

    [Fact]
    public async Task New_ids_are_of_version_7_bear_their_instant_and_never_meet()
    {
        var instant = new DateTimeOffset(2026, 3, 1, 8, 0, 0, 123, TimeSpan.Zero);
        var ids = new ConcurrentBag<Guid>();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                ids.Add(TimeOrderedId.Of(instant));
            }
        })));

        ids.Distinct().Should().HaveCount(4_000);
        ids.Should().OnlyContain(id => id.Version == 7 && id.Variant >= 8 && id.Variant <= 11);
        ids.Select(id => id.ToString()[..13]).Distinct().Should().Equal(Guid.CreateVersion7(instant).ToString()[..13]);
    }
}
