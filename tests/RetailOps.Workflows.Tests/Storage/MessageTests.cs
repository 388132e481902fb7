using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows.Tests;

public sealed class MessageTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task An_event_without_a_key_wakes_everybody_who_waits_and_starts_what_it_starts()
    {
        await Waiters("k-1", "k-2");
        await bench.Publish("other", new Drawing().Add("go", "Elsa.Event", ("eventName", "Ping"), ("canStartWorkflow", true)).Line("done", "done").Connect("go → done"));
        await bench.Publish("said", Says(("eventName", "Ping"), ("payload", "js:({ N: 7 })")));

        await bench.Say(Told.Name, "k-9");
        await bench.Run();

        (await bench.Ask<string>("select string_agg(definition_id || ' ' || status, ', ' order by definition_id, key) from workflows.instances")).Should().Be("ear 1, ear 1, other 1, said 1");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_event_with_a_key_wakes_those_of_that_key_and_a_local_one_only_its_own()
    {
        await Waiters("k-1", "k-2");
        await bench.Publish("said", Says(("eventName", "Ping"), ("correlationId", "k-2")));
        await bench.Publish("local", new Drawing().Add("start", "Elsa.Event", ("eventName", Told.Name), ("canStartWorkflow", true)).Add("say", "Elsa.PublishEvent", ("eventName", "Ping"), ("isLocalEvent", "true"))
            .Add("ear", "Elsa.Event", ("eventName", "Ping")).Line("done", "done").Connect("start → say → ear → done"));

        await bench.Say(Told.Name, "k-1");
        await bench.Run();

        (await bench.Ask<string>("select string_agg(definition_id || ' ' || key || ' ' || status, ', ' order by definition_id, key) from workflows.instances"))
            .Should().Be("ear k-1 0, ear k-2 1, local k-1 1, said k-1 1");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_task_asked_of_others_is_a_fact_and_its_answer_wakes_who_asked_once()
    {
        await bench.Publish("flow", SignalTests.Start().Variable("Id", "String").Variable("R", "Object").Output("Said")
            .Add("ask", "Elsa.RunTask", ("taskName", "paint"), ("payload", "js:({ Colour: 'red' })"), ("taskId", Bound("v-Id")), ("result", Bound("v-R")))
            .Add("out", "Elsa.SetOutput", ("outputName", "Said"), ("outputValue", "js:getR().Ok")).Connect("start → ask → out → end"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        var id = (await bench.Ask<Guid?>("select id from workflows.bookmarks where name = 'Elsa.RunTask'"))!.Value;

        (await bench.Ask<string>("select data ->> 'taskName' from platform.events where type = 'workflows.run-task-requested.v1'")).Should().Be("paint");
        (await bench.Host.Must(new CompleteRunTask(id, JsonElement.Parse("""{"Ok":true}""")))).Should().Be(id);
        await bench.Host.Must(new CompleteRunTask(id, JsonElement.Parse("""{"Ok":false}""")));
        await bench.Run();

        (await bench.Host.Send(new CompleteRunTask(id))).Refusal!.Code.Should().Be("workflows.unknown-task");
        (await bench.Count("instances", "definition_id = 'flow' and bursts = 2")).Should().Be(1);
        (await bench.Count("kept", "late and kind = 20")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("/ok", "200", """{"a":1}""")]
    [InlineData("/missing", "Unmatched status code", "no")]
    [InlineData("/slow", "Timeout", null)]
    [InlineData("/gone", "Failed to connect", null)]
    public async Task A_call_is_made_behind_the_commit_and_its_answer_goes_on_by_its_outcome(string path, string outcome, string? body)
    {
        using var machine = new Machine();
        await using var own = await Calling("127.0.0.1", TimeSpan.FromSeconds(1));
        var flow = SignalTests.Start().Output("How").Output("What").Variable("V", "Object")
            .Add("call", "Elsa.FlowSendHttpRequest", ("url", machine.Address(path)), ("method", "POST"), ("content", "js:({ X: getCorrelationId() })"), ("requestHeaders", "js:({ 'X-Flow': 'yes' })"), ("parsedContent", Bound("v-V")))
            .Add("what", "Elsa.SetOutput", ("outputName", "What"), ("outputValue", "js:getV()"));
        foreach (var (id, port) in new[] { ("o1", "200"), ("o2", "Unmatched status code"), ("o3", "Timeout"), ("o4", "Failed to connect") })
        {
            flow.Add(id, "Elsa.SetOutput", ("outputName", "How"), ("outputValue", port)).Connect($"call:{port} → {id} → what");
        }

        await own.Publish("flow", flow.Connect("start → call"));
        await own.Say(Began.Name, "k-1");
        await own.Run();
        await Delivered(own);
        await own.Run();

        var state = StateSerializer.Read((await own.Ask<byte[]>("select state from workflows.instances where definition_id = 'flow'"))!);
        state.Output["How"].Should().Be(outcome);
        state.Output["What"]?.ToString().Should().Be(body);
        (await own.Count("calls")).Should().Be(0);
        (await own.Count("instances", "bursts = 2")).Should().Be(1, "no burst calls anybody: another one hears the answer");
        if (path == "/ok")
        {
            machine.Asked.Should().Equal("""POST /ok yes {"X":"k-1"}""");
        }

        (await own.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_private_address_is_not_called_unless_it_is_allowed()
    {
        using var machine = new Machine();
        await using var own = await Calling("", TimeSpan.FromSeconds(5));
        await own.Publish("flow", SignalTests.Start().Add("call", "Elsa.FlowSendHttpRequest", ("url", machine.Address("/ok"))).Line("no", "no").Connect("start → call").Connect("call:Failed to connect → no"));
        await own.Say(Began.Name, "k-1");
        await own.Run();
        await Delivered(own);
        await own.Run();

        machine.Asked.Should().BeEmpty();
        (await own.Count("journal", "activity_id = 'no' and event = 'Completed'")).Should().Be(1);
    }

    [Theory]
    [InlineData("127.0.0.1", false), InlineData("10.1.2.3", false), InlineData("172.20.0.1", false), InlineData("192.168.1.1", false), InlineData("169.254.169.254", false), InlineData("0.0.0.0", false)]
    [InlineData("100.64.0.1", false), InlineData("224.0.0.1", false), InlineData("::1", false), InlineData("fe80::1", false), InlineData("fd00::1", false), InlineData("::ffff:127.0.0.1", false), InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false), InlineData("8.8.8.8", true), InlineData("2606:4700::1111", true), InlineData("10.9.0.7", true)]
    public void Only_addresses_of_the_world_and_those_allowed_may_be_called(string address, bool may)
    {
        var caller = new OutboundGuard(new OutboundRules { Allowed = ["10.9.0.0/16", "erp.internal"] });

        caller.MayCall(IPAddress.Parse(address)).Should().Be(may);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_an_incident()
    {
        using var machine = new Machine();
        await using var own = await Calling("127.0.0.1", TimeSpan.FromSeconds(5));
        await own.Publish("flow", SignalTests.Start().Add("call", "Elsa.DownloadHttpFile", ("url", machine.Address("/large"))).Connect("start → call → end"));
        await own.Say(Began.Name, "k-1");
        await own.Run();
        await Delivered(own);
        await own.Run();

        (await own.Ask<string>("select message from workflows.incidents")).Should().StartWith("The answer has more than");
    }

    [Fact]
    public async Task A_call_that_nobody_makes_any_more_is_found_by_the_invariant_for_it()
    {
        await bench.Publish("flow", SignalTests.Start().Add("call", "Elsa.SendHttpRequest", ("url", "http://127.0.0.1:1/")).Connect("start → call → end"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        await bench.Ask<int>("delete from workflows.calls");
        await bench.Ask<int>("delete from workflows.stimuli");

        (await bench.Host.Broken()).Should().Contain(b => b.StartsWith("I8e: "));
    }

    [Theory]
    [InlineData("/ok", "ok"), InlineData("/missing", "other"), InlineData("/gone", "gone")]
    public async Task A_call_runs_what_is_drawn_for_how_it_went_and_is_done(string path, string ran)
    {
        using var machine = new Machine();
        await using var own = await Calling("127.0.0.1", TimeSpan.FromSeconds(5));
        await own.Publish("flow", SignalTests.Start().Add("call", "Elsa.SendHttpRequest", ("url", machine.Address(path)), ("expectedStatusCodes", new JsonArray(new JsonObject { ["statusCode"] = 200, ["activity"] = Line("ok") })),
            ("unmatchedStatusCode", Line("other")), ("failedToConnect", Line("gone"))).Line("after", "after").Connect("start → call → after"));
        await own.Say(Began.Name, "k-1");
        await own.Run();
        await Delivered(own);
        await own.Run();

        (await own.Ask<string>("select string_agg(activity_id, ' ' order by sequence) from workflows.journal where activity_type = 'Elsa.WriteLine' and event = 'Completed'")).Should().Be(ran + " after");

        static JsonObject Line(string id) => new() { ["id"] = id, ["type"] = "Elsa.WriteLine", ["version"] = 1, ["text"] = id };
    }

    private async Task<EngineBench> Calling(string allowed, TimeSpan timeout)
    {
        await bench.DisposeAsync();
        return bench = await EngineBench.StartAsync(new HttpCallOptions { Rules = new() { Allowed = allowed.Length == 0 ? [] : [allowed] }, Timeout = timeout });
    }

    private static Task Delivered(EngineBench own) => RetailOps.Testing.Eventually.Holds(() => own.Of<Deliveries>().AreDone(), TimeSpan.FromSeconds(60), "the calls are made");

    private async Task Waiters(params string[] keys)
    {
        await bench.Publish("ear", SignalTests.Start().Add("ear", "Elsa.Event", ("eventName", "Ping")).Line("done", "done").Connect("start → ear → done"));
        foreach (var key in keys)
        {
            await bench.Say(Began.Name, key);
        }

        await bench.Run();
    }

    private static Drawing Says(params (string, object?)[] inputs) =>
        new Drawing().Add("start", "Elsa.Event", ("eventName", Told.Name), ("canStartWorkflow", true)).Add("say", "Elsa.PublishEvent", inputs).Connect("start → say");

    private static JsonObject Bound(string id) => new() { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = id } };

    /// <summary>Another machine.</summary>
    internal sealed class Machine : IDisposable
    {
        private readonly HttpListener listener = new();

        public Machine()
        {
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
            listener.Start();
            _ = Serve();
        }

        public List<string> Asked { get; } = [];

        public List<string> Authorized { get; } = [];

        private int Port { get; }

        public string Address(string path) => path == "/gone" ? "http://127.0.0.1:1/gone" : $"http://127.0.0.1:{Port}{path}";

        public void Dispose() => listener.Close();

        private async Task Serve()
        {
            while (listener.IsListening)
            {
                HttpListenerContext http;
                try
                {
                    http = await listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                var path = http.Request.Url!.AbsolutePath;
                using var reader = new StreamReader(http.Request.InputStream);
                Asked.Add($"{http.Request.HttpMethod} {path} {http.Request.Headers["X-Flow"]} {await reader.ReadToEndAsync()}");
                if (http.Request.Headers["Authorization"] is { } authorization)
                {
                    Authorized.Add(authorization);
                }

                if (path == "/slow")
                {
                    continue;       // nobody answers
                }

                var (status, type, text) = path switch { "/ok" => (200, "application/json", """{"a":1}"""), "/large" => (200, "text/plain", new string('x', 1_000_000)), _ => (404, "text/plain", "no") };
                http.Response.StatusCode = status;
                http.Response.ContentType = type;
                var bytes = Encoding.UTF8.GetBytes(text);
                try
                {
                    await http.Response.OutputStream.WriteAsync(bytes);
                    http.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    // The other side had enough.
                }
            }
        }
    }
}
