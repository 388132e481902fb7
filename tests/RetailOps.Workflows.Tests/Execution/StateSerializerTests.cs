using System.Text.Json;

using CsCheck;

namespace RetailOps.Workflows.Tests;

public sealed class StateSerializerTests
{
    private static readonly Gen<object?> Value = Gen.OneOf<object?>(
        Gen.Bool.Select(_ => (object?)null),
        Gen.String.Where(IsText).Select(s => (object?)s),
        Gen.Bool.Select(b => (object?)b),
        Gen.Int.Select(i => (object?)i),
        Gen.Long.Select(l => (object?)l),
        Gen.Double.Select(d => (object?)d),
        Gen.Decimal.Select(d => (object?)d),
        Gen.Select(Gen.Long[0, DateTime.MaxValue.Ticks / 2], Gen.Int[-14 * 60, 14 * 60]).Select((t, o) => (object?)new DateTimeOffset(t + TimeSpan.TicksPerDay, TimeSpan.FromMinutes(o))),
        Gen.Long.Select(t => (object?)new TimeSpan(t)),
        Gen.Guid.Select(g => (object?)g),
        Gen.Dictionary(Gen.String.Where(IsText), Gen.Double.Where(double.IsFinite)).Select(d => (object?)JsonSerializer.SerializeToElement(d)));

    [Fact]
    public void Every_value_comes_back_with_its_type_scale_and_offset() =>
        Gen.Dictionary(Gen.String.Where(IsText), Value)[0, 8].Sample(values =>
        {
            var state = New();
            foreach (var (name, value) in values)
            {
                state.Input[name] = value;
            }

            var back = StateSerializer.Read(StateSerializer.Write(state)).Input;

            return back.Count == values.Count && values.All(v => Same(v.Value, back[v.Key]));
        });

    [Fact]
    public void What_is_read_and_written_again_is_the_same_document() =>
        Gen.Select(Gen.Long[1, 1000], Gen.Int[0, 100].Array[1, 20], Value, Gen.Bool).Sample((number, counts, value, flag) =>
        {
            var state = New();
            state.Name = flag ? "n" : null;
            state.CorrelationId = "order-1";
            var parent = new ActivityExecution { Number = number, ActivityId = "Workflow1", Status = ExecutionStatus.Running, Variables = new() { ["v"] = value } };
            var flow = new FlowCounters(0, counts.Length, counts.Length);
            for (var i = 0; i < counts.Length; i++)
            {
                (flow.Activities[i], flow.Connections[i]) = (counts[i], counts[i] % 2 == 1 ? counts[i] : -counts[i]);
            }

            var child = new ActivityExecution { Number = number + 1, ActivityId = "a", Parent = parent, Backward = flag, Flow = flow, Attempt = 2, Properties = new() { ["p"] = JsonElement.Parse("[1.50]") } };
            state.Executions.AddRange([parent, child]);
            state.Scheduled.Enqueue(child);
            state.Bookmarks.Add(new Bookmark(Guid.NewGuid(), BookmarkKind.Timer, "t", null, DateTimeOffset.UnixEpoch.AddTicks(number), number, "a", DateTimeOffset.UnixEpoch));
            state.Bookmarks.Add(new Bookmark(Guid.NewGuid(), BookmarkKind.Child, "Elsa.ExecuteWorkflow", "H", null, number, "a", DateTimeOffset.UnixEpoch, "k"));
            state.Incidents.Add(new Incident(Guid.NewGuid(), number, "a", "w:a", "T", "m", "E", 3, DateTimeOffset.UnixEpoch, flag ? DateTimeOffset.UnixEpoch : null));
            var written = StateSerializer.Write(state);

            return StateSerializer.Write(StateSerializer.Read(written)).AsSpan().SequenceEqual(written);
        });

    [Fact]
    public void The_kinds_of_number_do_not_melt_into_one()
    {
        var state = New();
        (state.Input["i"], state.Input["l"], state.Input["d"], state.Input["m"]) = (5, 5L, 5d, 5.00m);

        var back = StateSerializer.Read(StateSerializer.Write(state)).Input;

        back.Values.Select(v => v!.GetType()).Should().Equal(typeof(int), typeof(long), typeof(double), typeof(decimal));
        back["m"]!.ToString().Should().Be("5.00");
    }

    [Fact]
    public void A_value_or_a_state_above_its_limit_is_refused_by_name()
    {
        var value = New();
        value.Input["photo"] = new string('x', StateLimits.Value);
        var whole = New();
        for (var i = 0; i < 5; i++)
        {
            whole.Input["part" + i] = new string('x', StateLimits.Value - 100);
        }

        var one = () => StateSerializer.Write(value);
        var all = () => StateSerializer.Write(whole);

        one.Should().Throw<StateTooLargeException>().Which.What.Should().Be("photo");
        all.Should().Throw<StateTooLargeException>().Which.What.Should().Be("state");
    }

    [Theory]
    [InlineData("""{"v":2}""", "*newer*")]
    [InlineData("""{"v":1}""", "*damaged*")]
    [InlineData("nonsense", "*damaged*")]
    public void A_document_of_another_version_or_a_damaged_one_says_so(string document, string message)
    {
        var act = () => StateSerializer.Read(System.Text.Encoding.UTF8.GetBytes(document));

        act.Should().Throw<StateUnreadableException>().WithMessage(message);
    }

    /// <summary>A state of the first release. It must be readable for ever; never edit it.</summary>
    [Fact]
    public async Task A_state_stored_by_the_first_version_is_resumed()
    {
        const string stored = """{"v":1,"id":"019caa2d-8400-7000-8000-000000000001","def":"drawn","ver":"version-1","cor":"order-1","st":"Running","sub":"Suspended","seq":4,"num":3,"ex":[{"n":1,"a":"Workflow1","s":1,"var":{"v-total":{"m":"12.50"}}},{"n":2,"a":"Flowchart1","p":1,"s":1,"flow":{"s":0,"an":2,"cn":1,"a":[],"c":[]}},{"n":3,"a":"e","p":2,"s":1}],"bm":[{"id":"00000001-0000-0000-0000-000000000000","k":"Event","n":"paid","h":"x","e":3,"a":"e","at":"2026-03-01T08:00:00+00:00"}]}""";
        var bench = new Bench();
        var workflow = new Drawing().Variable("total", "Decimal").Add("e", "Elsa.Event", ("eventName", "paid")).Line("l", "js:'paid ' + getTotal()").Connect("e → l").Compile();

        var (_, result) = await bench.Resume(workflow, StateSerializer.Read(System.Text.Encoding.UTF8.GetBytes(stored)), "paid");

        result.Status.Should().Be(InstanceStatus.Finished);
        bench.Lines.Should().Equal("paid 12.5");
        result.Journal[0].Sequence.Should().Be(4);
    }

    private static InstanceState New() => new() { Id = Guid.NewGuid(), DefinitionId = "d", VersionId = "v", SubStatus = InstanceSubStatus.Executing };

    /// <summary>Half a surrogate pair is no text and cannot be stored as UTF-8.</summary>
    private static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Same(object? a, object? b) => (a, b) switch
    {
        (JsonElement x, JsonElement y) => JsonElement.DeepEquals(x, y),
        (decimal x, decimal y) => decimal.GetBits(x).SequenceEqual(decimal.GetBits(y)),
        (DateTimeOffset x, DateTimeOffset y) => x.EqualsExact(y),
        (double x, double y) => BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y) || (double.IsNaN(x) && double.IsNaN(y)),
        _ => Equals(a, b) && a?.GetType() == b?.GetType(),
    };
}
