using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace RetailOps.Workflows.Tests;

[Collection(nameof(StudioCollection))]
public sealed class HubTests(StudioFixture studio)
{
    private readonly string id = $"d-{Guid.NewGuid():N}";

    [Fact]
    public async Task Who_observes_an_instance_is_told_that_it_moved_and_where_it_stands()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id, new { correlationId = id })).GetProperty("id").GetString()!;
        using var page = await Page.Open(studio.Http.BaseAddress!);

        await page.Observe(instance);
        var before = await page.Hears("ActivityExecutionLogUpdatedAsync");
        await studio.Post("/events/ReturnApprovedByManager/trigger", new { correlationId = id });
        var after = await page.Hears("ActivityExecutionLogUpdatedAsync");

        Stats(before, "e1").GetProperty("isBlocked").GetBoolean().Should().BeTrue();
        Stats(after, "e1").GetProperty("completedCount").GetInt32().Should().Be(1);
        Stats(after, "w2").GetProperty("completedCount").GetInt32().Should().Be(1);
        (await page.Hears("WorkflowExecutionLogUpdatedAsync")).ValueKind.Should().Be(JsonValueKind.Object);
        (await page.Hears("WorkflowInstanceUpdatedAsync")).GetProperty("workflowInstanceId").GetString().Should().Be(instance);
    }

    [Fact]
    public async Task It_is_told_whichever_host_moved_the_instance()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id, new { correlationId = id })).GetProperty("id").GetString()!;
        using var page = await Page.Open(await studio.AddHost());
        await page.Observe(instance);
        await page.Hears("WorkflowInstanceUpdatedAsync");

        await studio.Post("/events/ReturnApprovedByManager/trigger", new { correlationId = id });

        Stats(await page.Hears("ActivityExecutionLogUpdatedAsync"), "w2").GetProperty("completedCount").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task Nonsense_is_refused_and_the_connection_lives_on()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;
        using var page = await Page.Open(studio.Http.BaseAddress!);

        (await page.Asks("undefined")).Should().NotBeNull();
        (await page.Asks(Guid.NewGuid().ToString())).Should().NotBeNull();
        (await page.Asks(instance)).Should().BeNull();
    }

    [Fact]
    public async Task A_foreign_page_cannot_listen()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://evil.example");

        var listening = () => socket.ConnectAsync(new Uri($"ws://{studio.Http.BaseAddress!.Authority}/elsa/hubs/workflow-instance"), CancellationToken.None);

        await listening.Should().ThrowAsync<WebSocketException>();
        socket.HttpStatusCode.Should().NotBe(HttpStatusCode.SwitchingProtocols);
    }

    [Fact]
    public async Task Negotiation_offers_what_the_designer_takes()
    {
        using var response = await studio.Http.PostAsync("/elsa/hubs/workflow-instance/negotiate?negotiateVersion=1", null);
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync());

        answer.GetProperty("negotiateVersion").GetInt32().Should().Be(1);
        answer.GetProperty("availableTransports").EnumerateArray().Select(t => t.GetProperty("transport").GetString()).Should().Contain(["WebSockets", "ServerSentEvents", "LongPolling"]);
    }

    private static JsonElement Stats(JsonElement message, string activity) => message.GetProperty("stats").EnumerateArray().Single(s => s.GetProperty("activityId").GetString() == activity);

    /// <summary>What the viewer does on its socket.</summary>
    private sealed class Page : IDisposable
    {
        private readonly ClientWebSocket socket = new();
        private readonly Queue<JsonElement> heard = [];
        private readonly CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        private string rest = "";
        private int calls;

        public static async Task<Page> Open(Uri host)
        {
            var page = new Page();
            await page.socket.ConnectAsync(new Uri($"ws://{host.Authority}/elsa/hubs/workflow-instance"), page.limit.Token);
            await page.Say("""{"protocol":"json","version":1}""");
            (await page.Next()).EnumerateObject().Should().BeEmpty("the handshake is answered without an error");
            return page;
        }

        public Task Observe(string instance) => Say(JsonSerializer.Serialize(new { type = 1, target = "ObserveInstanceAsync", arguments = new[] { instance } }));

        /// <summary>Observes and waits for the answer: null, or what stands against it.</summary>
        public async Task<string?> Asks(string instance)
        {
            var call = (++calls).ToString();
            await Say(JsonSerializer.Serialize(new { type = 1, invocationId = call, target = "ObserveInstanceAsync", arguments = new[] { instance } }));
            while (true)
            {
                var answer = await Next();
                if (answer.GetProperty("type").GetInt32() == 3 && answer.GetProperty("invocationId").GetString() == call)
                {
                    return answer.TryGetProperty("error", out var error) ? error.GetString() : null;
                }
            }
        }

        /// <summary>The argument of the next call of a name.</summary>
        public async Task<JsonElement> Hears(string target)
        {
            while (true)
            {
                var message = await Next();
                if (message.TryGetProperty("target", out var said) && said.GetString() == target)
                {
                    return message.GetProperty("arguments")[0];
                }
            }
        }

        public void Dispose()
        {
            socket.Dispose();
            limit.Dispose();
        }

        private Task Say(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text + "\u001e"), WebSocketMessageType.Text, endOfMessage: true, limit.Token);

        private async Task<JsonElement> Next()
        {
            var buffer = new byte[64 * 1024];
            while (heard.Count == 0)
            {
                var piece = await socket.ReceiveAsync(buffer, limit.Token);
                rest += Encoding.UTF8.GetString(buffer, 0, piece.Count);
                var parts = rest.Split('\u001e');
                foreach (var part in parts[..^1])
                {
                    heard.Enqueue(JsonElement.Parse(part));
                }

                rest = parts[^1];
            }

            return heard.Dequeue();
        }
    }
}
