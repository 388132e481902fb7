using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

public sealed class HttpFrontTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await EngineBench.StartAsync();
        await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(20) });
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_request_starts_an_instance_and_gets_what_its_first_burst_answers()
    {
        await bench.Publish("flow", Starting("orders/{id}", "POST", ("routeData", Bound("v-Route")), ("queryStringData", Bound("v-Query")), ("parsedContent", Bound("v-Body")))
            .Variable("Route", "Object").Variable("Query", "Object").Variable("Body", "Object")
            .Add("answer", "Elsa.WriteHttpResponse", ("statusCode", "Created"), ("content", "js:({ id: getRoute().id, q: getQuery().q, n: getBody().n + 1 })"), ("responseHeaders", "js:({ 'X-Said': 'yes', 'Set-Cookie': 'no' })"))
            .Connect("start → answer"));

        var response = await Ask("POST", "/workflows/orders/A%207?q=x", """{"n":41}""");

        response.Status.Should().Be(201);
        response.Text.Should().Be("""{"id":"A 7","q":"x","n":42}""");
        response.Headers["X-Said"].ToString().Should().Be("yes");
        response.Headers.ContainsKey("Set-Cookie").Should().BeFalse();
        (await bench.Count("instances", "status = 1")).Should().Be(1);
        (await bench.Count("request_answers")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Without_an_answer_in_the_first_burst_there_is_202_and_a_later_answer_is_a_failure()
    {
        await bench.Publish("flow", Starting("slow", "GET").Add("ear", "Elsa.Event", ("eventName", "Go")).Add("answer", "Elsa.WriteHttpResponse", ("content", "too late")).Connect("start → ear → answer"));
        await bench.Publish("say", new Drawing().Add("start", "Elsa.Event", ("eventName", Told.Name), ("canStartWorkflow", true)).Add("say", "Elsa.PublishEvent", ("eventName", "Go")).Connect("start → say"));

        var response = await Ask("GET", "/workflows/slow");
        await bench.Say(Told.Name, "k-1");
        await bench.Host.Quiet();

        response.Status.Should().Be(202);
        var instance = JsonElement.Parse(response.Text).GetProperty("workflowInstanceId").GetGuid();
        (await bench.Ask<string>("select message from workflows.incidents where instance_id = $1", instance)).Should().StartWith("The HTTP context was lost");
    }

    [Fact]
    public async Task A_request_meets_an_instance_that_waits_for_it_and_the_other_methods_are_given_up()
    {
        await bench.Publish("flow", SignalTests.Start().Add("wait", "Elsa.HttpEndpoint", ("policy", "anonymous"), ("path", "js:'approve/' + getCorrelationId()"), ("supportedMethods", """["GET","POST"]"""))
            .Add("answer", "Elsa.WriteHttpResponse", ("content", "js:'thanks ' + getCorrelationId()")).Connect("start → wait → answer → end"));
        await bench.Say(Began.Name, "k-1");
        await bench.Say(Began.Name, "k-2");
        await bench.Host.Quiet();

        (await Ask("GET", "/workflows/approve/k-2")).Text.Should().Be("thanks k-2");
        (await Ask("POST", "/workflows/approve/k-2")).Status.Should().Be(404);
        (await Ask("POST", "/workflows/approve/k-1")).Text.Should().Be("thanks k-1");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Where_several_wait_the_request_must_say_whom_it_means()
    {
        await bench.Publish("flow", SignalTests.Start().Add("wait", "Elsa.HttpEndpoint", ("policy", "anonymous"), ("path", "go"), ("supportedMethods", """["GET"]""")).Add("answer", "Elsa.WriteHttpResponse", ("content", "js:getCorrelationId()"))
            .Connect("start → wait → answer → end"));
        await bench.Say(Began.Name, "k-1");
        await bench.Say(Began.Name, "k-2");
        await bench.Host.Quiet();
        var second = (await bench.Ask<Guid?>("select id from workflows.instances where key = 'k-2'"))!.Value;

        (await Ask("GET", "/workflows/go")).Status.Should().Be(409);
        (await Ask("GET", "/workflows/go", null, null, ("x-elsa-workflow-instance-id", second.ToString()))).Text.Should().Be("k-2");
    }

    [Fact]
    public async Task What_nobody_listens_for_is_404_and_one_path_belongs_to_one_definition()
    {
        await bench.Publish("flow", Starting("orders/{id}", "GET"));

        (await Ask("GET", "/workflows/orders")).Status.Should().Be(404);
        (await Ask("POST", "/workflows/orders/1")).Status.Should().Be(404);
        var same = () => bench.Publish("other", Starting("Orders/{number}", "GET"));
        (await same.Should().ThrowAsync<DefinitionFileException>()).WithMessage("*GET Orders/{number} starts definition 'flow' already*");
        var strange = () => bench.Publish("other", Starting("a//b{", "BREW"));
        await strange.Should().ThrowAsync<DefinitionFileException>();
    }

    [Theory, InlineData(true, "Request too large"), InlineData(false, null)]
    public async Task A_body_that_is_too_large_is_an_outcome_where_that_is_wanted(bool exposed, string? outcome)
    {
        await bench.Publish("flow", Limited("exposeRequestTooLargeOutcome", exposed, ("requestSizeLimit", 10)));

        var response = await Ask("POST", "/workflows/in", "\"more than ten bytes\"");

        (response.Status, response.Text).Should().Be(outcome is null ? (413, response.Text) : (200, outcome));
    }

    [Theory]
    [InlineData("a.exe", "text/plain", 5, "exposeInvalidFileExtensionOutcome", "Invalid file extension", 415)]
    [InlineData("a.txt", "image/png", 5, "exposeInvalidFileMimeTypeOutcome", "Invalid file MIME type", 415)]
    [InlineData("a.txt", "text/plain", 500, "exposeFileTooLargeOutcome", "File too large", 413)]
    [InlineData("a.txt", "text/plain", 5, "exposeFileTooLargeOutcome", "Done", 200)]
    public async Task Files_are_looked_at(string name, string type, int length, string expose, string outcome, int status)
    {
        await bench.Publish("flow", Limited(expose, true, ("fileSizeLimit", 100), ("allowedFileExtensions", """[".txt"]"""), ("allowedMimeTypes", """["text/plain"]""")));
        await bench.Publish("bare", Limited(expose, false, ("fileSizeLimit", 100), ("allowedFileExtensions", """[".txt"]"""), ("allowedMimeTypes", """["text/plain"]"""), ("path", "bare")));
        var body = $"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{name}\"\r\nContent-Type: {type}\r\n\r\n{new string('x', length)}\r\n--b--\r\n";

        (await Ask("POST", "/workflows/in", body, "multipart/form-data; boundary=b")).Text.Should().Be(outcome);
        (await Ask("POST", "/workflows/bare", body, "multipart/form-data; boundary=b")).Status.Should().Be(status);
    }

    [Fact]
    public async Task A_file_comes_back_as_a_file()
    {
        await bench.Publish("flow", Starting("file", "GET").Add("answer", "Elsa.WriteFileHttpResponse", ("content", Convert.ToBase64String([1, 2, 3])), ("contentType", "application/pdf"), ("filename", "a b.pdf"), ("entityTag", "v1")).Connect("start → answer"));

        var response = await Ask("GET", "/workflows/file");

        response.Bytes.Should().Equal(1, 2, 3);
        response.Headers.ContentDisposition.ToString().Should().Contain("a b.pdf");
        response.Headers.ETag.ToString().Should().Be("\"v1\"");
    }

    [Theory, InlineData("SingletonStrategy"), InlineData("CorrelationStrategy")]
    public async Task Fifty_requests_at_once_start_no_more_than_their_strategy_permits(string strategy)
    {
        var drawing = Starting("one", "GET").Add("wait", "Elsa.Delay", ("timeSpan", "01:00:00")).Connect("start → wait");
        await bench.Definitions.ImportFile("one.json", EngineBench.Text("one", drawing, "Elsa.Workflows.Runtime.ActivationValidators." + strategy + ", Elsa.Workflows.Runtime"), default);
        await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(20), GroupSize = 5 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Ask("GET", "/workflows/one")));

        // Correlation: each has a key of its own, and nothing stands against it.
        var permitted = strategy == "SingletonStrategy" ? 1 : 50;
        answers.Count(a => a.Status == 202).Should().Be(permitted);
        answers.Count(a => a.Status == 409).Should().Be(50 - permitted);
        (await bench.Count("instances")).Should().Be(permitted);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    private static Drawing Limited(string expose, bool exposed, params (string, object?)[] inputs)
    {
        var drawing = new Drawing().Add("start", "Elsa.HttpEndpoint", [.. new (string Name, object? Value)[] { ("path", "in"), ("supportedMethods", """["POST"]"""), ("canStartWorkflow", true), ("policy", "anonymous"), (expose, JsonValue.Create(exposed)) }
            .Where(i => !inputs.Any(o => o.Item1 == i.Name)).Concat(inputs.Select(i => (i.Item1, i.Item2)))]);
        foreach (var (outcome, index) in new[] { "Done", "Request too large", "File too large", "Invalid file extension", "Invalid file MIME type" }.Select((o, i) => (o, i)))
        {
            drawing.Add($"o{index}", "Elsa.WriteHttpResponse", ("content", outcome)).Connect($"start:{outcome} → o{index}");
        }

        return drawing;
    }

    private static Drawing Starting(string path, string method, params (string, object?)[] inputs) =>
        new Drawing().Add("start", "Elsa.HttpEndpoint", [("path", path), ("supportedMethods", $"[\"{method}\"]"), ("canStartWorkflow", true), .. inputs.Any(i => i.Item1 is "policy" or "authorize") ? [] : Everybody, .. inputs]);

    private static (string, object?)[] Everybody => [("policy", "anonymous")];

    private static JsonObject Bound(string id) => new() { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = id } };

    private async Task<(int Status, string Text, byte[] Bytes, IHeaderDictionary Headers)> Ask(string method, string url, string? body = null, string? type = "application/json", params (string Name, string Value)[] headers)
    {
        var http = new DefaultHttpContext { RequestServices = bench.Host.Services };
        var parts = url.Split('?');
        (http.Request.Method, http.Request.Path) = (method, PathString.FromUriComponent(parts[0]));
        http.Request.QueryString = parts.Length > 1 ? new QueryString("?" + parts[1]) : default;
        foreach (var (name, value) in headers)
        {
            http.Request.Headers[name] = value;
        }

        if (body is not null)
        {
            http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
            http.Request.ContentType = type;
        }

        using var output = new MemoryStream();
        http.Response.Body = output;
        await bench.Of<HttpFront>().Answer(http);
        return (http.Response.StatusCode, Encoding.UTF8.GetString(output.ToArray()), output.ToArray(), http.Response.Headers);
    }
}
