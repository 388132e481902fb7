using System.Security.Claims;
using System.Text;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;

using RetailOps.Platform;

namespace RetailOps.Workflows.Tests;

/// <summary>Whom drawn endpoints let in, and what drawn answers may say.</summary>
public sealed class HttpFrontAccessTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await EngineBench.StartAsync();
        await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(20) });
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Theory]
    [InlineData(null), InlineData("authorize")]
    public async Task Nobody_is_let_in_who_does_not_say_who_he_is(string? drawn)
    {
        await Publish("flow", Starting(drawn is null ? [] : [(drawn, "false")]));

        (await Ask(null)).Status.Should().Be(401);
        (await bench.Count("instances")).Should().Be(0);
    }

    [Fact]
    public async Task Everybody_is_let_in_where_two_people_let_that_go_live_and_nowhere_else()
    {
        await Publish("flow", Starting(("policy", "Anonymous")));

        (await Ask(null)).Status.Should().Be(200);
        await bench.Ask<int>("delete from workflows.governed");
        (await Ask(null)).Status.Should().Be(403);
    }

    /// <summary>The endpoint's rows of the matrix: every role, with and without the permission that is drawn.</summary>
    [Fact]
    public async Task A_drawn_endpoint_lets_in_the_roles_that_hold_its_permission()
    {
        await Publish("flow", Starting(("policy", "orders.cancel")));
        await Publish("open", Starting(("path", "open")));

        foreach (var role in Roles.All)
        {
            (await Ask(role)).Status.Should().Be(Permissions.Holds(role, "orders.cancel") ? 200 : 403, role);
            (await Ask(role, "/workflows/open")).Status.Should().Be(200, role);
        }
    }

    [Fact]
    public async Task Another_sites_page_cannot_speak_for_a_caller()
    {
        await Publish("flow", Starting(("supportedMethods", """["POST"]""")));

        (await Ask(Roles.Operator, method: "POST", header: ("Sec-Fetch-Site", "cross-site"))).Status.Should().Be(403);
        (await Ask(Roles.Operator, method: "POST", header: ("Sec-Fetch-Site", "none"))).Status.Should().Be(200);
    }

    [Theory]
    [InlineData("statusCode", "99", "*status*"), InlineData("statusCode", "101", "*status*"), InlineData("statusCode", "700", "*status*")]
    [InlineData("responseHeaders", "js:({ 'X-A': 'a\\r\\nSet-Cookie: b=c' })", "*printable*"), InlineData("responseHeaders", "js:({ 'X-A\\r\\nB': 'c' })", "*no name*"), InlineData("responseHeaders", "js:({ 'X A': 'c' })", "*no name*")]
    [InlineData("responseHeaders", "js:({ 'X-A': '\\u0000' })", "*printable*"), InlineData("responseHeaders", "js:({ 'X-A': 'x'.repeat(20000) })", "*characters*"), InlineData("contentType", "text/html\r\nX-A: b", "*printable*"), InlineData("contentType", "no type", "*media type*")]
    [InlineData("responseHeaders", "js:Object.fromEntries([...Array(100).keys()].map(i => ['X-' + i, 'a']))", "*64 header fields*")]
    public async Task An_answer_that_could_break_out_of_its_message_is_an_incident(string input, string value, string message)
    {
        await Publish("flow", Starting(("policy", "anonymous")).Add("bad", "Elsa.WriteHttpResponse", (input, value)).Connect("start → bad"), answers: false);

        await Ask(null);

        (await bench.Ask<string>("select message from workflows.incidents")).Should().Match(message);
    }

    [Fact]
    public async Task What_concerns_the_host_or_its_other_pages_is_left_out_of_a_drawn_answer()
    {
        await Publish("flow", Starting(("policy", "anonymous")).Add("answer", "Elsa.WriteHttpResponse", ("responseHeaders",
            "js:({ 'X-Said': 'yes', 'Set-Cookie': 'a=b', 'Access-Control-Allow-Origin': '*', 'Content-Security-Policy': 'x', 'Clear-Site-Data': '*', 'Service-Worker-Allowed': '/', 'Alt-Svc': 'x', 'WWW-Authenticate': 'Basic', 'Refresh': '0' })")).Connect("start → answer"), answers: false);

        (await Ask(null)).Headers.Keys.Where(k => k is not ("Content-Type" or "Content-Length")).Should().BeEquivalentTo("X-Said", "x-elsa-workflow-instance-id");
    }

    [Theory]
    [InlineData("url", "http://user:pass@127.0.0.1/", "*secret*"), InlineData("method", "GET / HTTP/1.1", "*no method*"), InlineData("method", "CONNECT", "*no method*"), InlineData("authorization", "Bearer x\r\nHost: y", "*printable*")]
    [InlineData("requestHeaders", "js:({ Host: 'metadata' })", "*cannot be drawn*"), InlineData("requestHeaders", "js:({ 'Transfer-Encoding': 'chunked' })", "*cannot be drawn*"), InlineData("requestHeaders", "js:({ 'Proxy-Authorization': 'x' })", "*cannot be drawn*")]
    [InlineData("requestHeaders", "js:({ 'X-A': 'a\\nb' })", "*printable*"), InlineData("url", "file:///etc/passwd", "*no address*"), InlineData("url", "javascript:alert(1)", "*no address*")]
    public async Task A_call_that_could_become_another_one_is_an_incident_and_is_not_made(string input, string value, string message)
    {
        await bench.Publish("flow", SignalTests.Start().Add("call", "Elsa.FlowSendHttpRequest", [.. new (string, object?)[] { ("url", "http://127.0.0.1:1/") }.Where(i => i.Item1 != input), (input, value)]).Connect("start → call → end"));

        await bench.Say(Began.Name, "k-1");
        await bench.Host.Quiet();

        (await bench.Ask<string>("select message from workflows.incidents")).Should().Match(message);
        (await bench.Count("calls")).Should().Be(0);
    }

    [Fact]
    public async Task A_secret_is_sent_to_its_hosts_only_and_stands_nowhere()
    {
        await bench.DisposeAsync();
        var secrets = new Dictionary<string, CallSecret> { ["here"] = new("hush-hush-1", ["127.0.0.1"]), ["elsewhere"] = new("hush-hush-2", ["api.example.com"]) };
        bench = await EngineBench.StartAsync(new HttpCallOptions { Rules = new() { Allowed = ["127.0.0.1"] }, Secret = secrets.GetValueOrDefault, Timeout = TimeSpan.FromSeconds(5) });
        await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(20) });
        using var machine = new MessageTests.Machine();
        await bench.Publish("flow", SignalTests.Start()
            .Add("call", "Elsa.FlowSendHttpRequest", ("url", machine.Address("/ok")), ("authorization", "Bearer ${secret:here}"))
            .Add("wrong", "Elsa.FlowSendHttpRequest", ("url", machine.Address("/ok")), ("authorization", "Bearer ${secret:elsewhere}"))
            .Connect("start → call → wrong → end"));

        await bench.Say(Began.Name, "k-1");
        await RetailOps.Testing.Eventually.Holds(async () => await bench.Count("incidents") == 1, TimeSpan.FromSeconds(60), "the second call is refused");

        machine.Authorized.Should().Equal("Bearer hush-hush-1");
        (await bench.Ask<string>("select message from workflows.incidents")).Should().Be("The secret 'elsewhere' is not for '127.0.0.1'.");
        foreach (var table in new[] { "calls", "journal", "instances", "stimuli", "incidents", "definitions" })
        {
            (await bench.Ask<long>($"select count(*) from workflows.{table} t where t::text like '%hush-hush%'")).Should().Be(0, table);
        }
    }

    private Task<bool> Publish(string id, Drawing drawing, bool answers = true) =>
        bench.Publish(id, answers ? drawing.Add("answer", "Elsa.WriteHttpResponse", ("content", "yes")).Connect("start → answer") : drawing);

    private static Drawing Starting(params (string Name, object? Value)[] inputs) =>
        new Drawing().Add("start", "Elsa.HttpEndpoint", [.. new (string Name, object? Value)[] { ("path", "in"), ("supportedMethods", """["GET"]"""), ("canStartWorkflow", true) }.Where(i => !inputs.Any(o => o.Name == i.Name)), .. inputs]);

    private async Task<(int Status, IHeaderDictionary Headers)> Ask(string? role, string url = "/workflows/in", string method = "GET", (string Name, string Value) header = default)
    {
        var http = new DefaultHttpContext { RequestServices = bench.Host.Services };
        (http.Request.Method, http.Request.Path) = (method, url);
        if (header.Name is not null)
        {
            http.Request.Headers[header.Name] = header.Value;
        }

        if (role is not null)
        {
            http.User = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, Guid.CreateVersion7().ToString()), new(ClaimTypes.Role, role)], "Bearer"));
        }

        http.Response.Body = new MemoryStream();
        await bench.Of<HttpFront>().Answer(http);
        return (http.Response.StatusCode, http.Response.Headers);
    }
}
