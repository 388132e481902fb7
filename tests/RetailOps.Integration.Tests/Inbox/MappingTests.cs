using System.Net;
using System.Text;
using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration.Tests;

/// <summary>Payloads of any shape, read by a template that two people have agreed on.</summary>
public sealed class MappingTests(InboxHost host) : IClassFixture<InboxHost>
{
    private const string Template =
        """
        {% if payload.kind == "sale" %}
        {"command": "place-order", "externalId": {{ payload.ref | json }}, "currency": "GBP", "channel": {{ channel | json }},
         "customer": {"name": {{ payload.who | json }}, "email": null},
         "lines": [{% for l in payload.items %}{% unless forloop.first %},{% endunless %}{"sku": {{ l.code | upcase | json }}, "quantity": {{ l.n }}, "unitPrice": {"amount": {{ l.each | json }}, "currency": "GBP"}}{% endfor %}]}
        {% else %}{"command": "park", "reason": "Only sales are followed."}{% endif %}
        """;

    [Fact]
    public async Task A_payload_of_any_shape_becomes_an_order_by_a_governed_template()
    {
        await Approve("till", new { template = Template, key = "ref", delivery = "id" });
        await host.Source("till", "generic", "web", "till");
        var sale = """{"id": "t-1", "kind": "sale", "ref": "401", "who": "O'Brien \"Bob\", \\{{ 7 }}", "items": [{"code": "lamp", "n": "2", "each": "1.25"}]}""";
        await host.Signed("till", sale, "application/json");
        await host.Signed("till", sale.Replace("\"who\"", "\"was\"", StringComparison.Ordinal), "application/json");
        await host.Signed("till", """{"id": "t-2", "kind": "count"}""", "application/json");
        await host.Quiet();

        var messages = await host.Must(new ListMessages(null, "till", null, null, 501));
        messages.Select(m => (m.Delivery, m.State, m.Repeats, m.ReadBy)).Should().Equal(("t-1", "mapped", 1, "till:1"), ("t-2", "parked", 0, "till:1"));
        messages[0].Key.Should().Be("event/till/401");
        var order = (await host.Must(new ListOrders(null, 1, "web", "401"))).Single();
        order.Total.Should().Be(new Money(250, "GBP"));
        (await host.Must(new ExportCustomer(null, null, order.Id, null, null, 1))).Single().Name.Should().Be("O'Brien \"Bob\", \\{{ 7 }}", "what a payload says is data, whatever it looks like");
    }

    [Fact]
    public async Task A_template_is_tried_on_a_message_before_anybody_proposes_it()
    {
        await host.Source("tray", "generic", "web", "tray-not-there");
        await host.Signed("tray", """{"kind": "sale", "ref": "402", "who": "secret name", "items": [{"code": "lamp", "n": 1, "each": "1"}]}""", "application/json");
        await host.Quiet();
        var message = (await host.Must(new ListMessages(null, "tray", null, null, 10))).Single();

        var good = await host.Call(HttpMethod.Post, $"integrations/inbox/{message.Id}:try", new { template = Template });
        var bad = await host.Call(HttpMethod.Post, $"integrations/inbox/{message.Id}:try", new { template = """{"command": "place-order", "externalId": {{ payload.ref | json }}}""" });
        var asIs = await host.Call(HttpMethod.Post, $"integrations/inbox/{message.Id}:try");

        (message.State, message.Code).Should().Be(("failed", "integration.unreadable"));
        good.Answer.GetProperty("commands").EnumerateArray().Single().GetString().Should().Be("Place order web/402 with 1 lines.");
        good.Answer.GetRawText().Should().NotContain("secret name");
        bad.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        asIs.Answer.GetProperty("detail").GetString().Should().Contain("tray-not-there");
        (await host.Must(new ListOrders(null, 10, "web", "402"))).Should().BeEmpty("trying does nothing");
    }

    [Theory]
    [InlineData("{% for i in (1..100000000) %}x{% endfor %}"), InlineData("{% include 'x' %}"), InlineData("{% capture x %}{% endcapture %}"), InlineData("{{ payload"), InlineData("")]
    public void A_template_that_asks_for_what_is_not_offered_is_refused(string template) => InboundMapping.Faults(new(template)).Should().ContainSingle().Which.Code.Should().Be("integration.template");

    [Theory]
    [InlineData("{% for a in payload.list %}{% for b in payload.list %}{% for c in payload.list %}xxxxxxxxxxxxxxxx{% endfor %}{% endfor %}{% endfor %}"), InlineData("{{ 'x' | append: payload.long | append: payload.long | replace: 'x', payload.long | replace: 'x', payload.long }}")]
    [InlineData("{{ 1 | format_string: '{0:D999999999}' }}"), InlineData("no json at all"), InlineData("{\"a\":")]
    public void A_template_that_does_too_much_or_writes_no_json_ends_and_hurts_nobody(string template)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { list = Enumerable.Range(0, 900), @long = new string('x', 100_000) });
        var render = () => LiquidMapping.Prepare(template).Render(Source.Add("x", "generic", new(Guid.NewGuid(), "b")), new(new Dictionary<string, string>(), "", body), DateTimeOffset.UnixEpoch);

        render.Should().Throw<UnreadableException>();
    }

    [Fact]
    public void Nesting_is_refused_before_the_parser_goes_into_it()
    {
        var prepare = () => LiquidMapping.Prepare(string.Concat(Enumerable.Repeat("{% if a %}", 500)) + string.Concat(Enumerable.Repeat("{% endif %}", 500)));

        prepare.Should().Throw<FormatException>();
    }

    private async Task Approve(string name, object content)
    {
        var runner = host.Services.GetRequiredService<RequestRunner>();
        var (analyst, publisher) = (new Caller.Person(Guid.NewGuid(), Permissions.Of([Roles.Analyst])), new Caller.Person(Guid.NewGuid(), Permissions.Of([Roles.Publisher])));
        var proposed = (await runner.Run(analyst, new ProposeDocument(InboundMapping.Kind, name, JsonSerializer.SerializeToElement(content), "for the test"))).Value;
        (await runner.Run(publisher, new DecideDocument(InboundMapping.Kind, name, proposed.Version, true))).IsSuccess.Should().BeTrue();
    }
}
