using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;

using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>What a channel can get wrong about an order, over HTTP on a host as it is shipped: each kind is told where and what, and costs nothing.</summary>
public sealed class BadInputTests(OrderApi api) : IClassFixture<OrderApi>
{
    private const string Malformed = "400 request.malformed";

    private const string Invalid = "400 request.invalid";

    private const string Unknown = "422 orders.unknown-sku";

    private const string Good = """{"channel":"web","externalId":"W-1","currency":"GBP","lines":[{"sku":"LAMP","quantity":2,"unitPrice":{"amount":"2.50","currency":"GBP"}}]}""";

    public static TheoryData<string, string, string, string[]> Orders => new()
    {
        { "malformed JSON", Good[..^2], Malformed, ["lines[1] json.syntax This is not JSON, near line 1, byte *"] },
        { "no JSON at all", "channel=web", Malformed, [" json.syntax This is not JSON, near line 1, byte 1."] },
        { "nothing", "", Malformed, ["body request.parameter *"] },
        { "null", "null", Malformed, ["body request.parameter *"] },
        { "a list for an object", $"[{Good}]", Malformed, [" json.wrong-type Expected an object."] },
        { "a text for a number", Good.Replace("2,", "\"2\",", StringComparison.Ordinal), Malformed, ["lines[0].quantity json.wrong-type Expected a whole number from *"] },
        { "half a unit", Good.Replace("2,", "2.5,", StringComparison.Ordinal), Malformed, ["lines[0].quantity json.wrong-type Expected a whole number from *"] },
        { "more units than a number holds", Good.Replace("2,", "99999999999,", StringComparison.Ordinal), Malformed, ["lines[0].quantity json.wrong-type Expected a whole number from *"] },
        { "a number for a text", Good.Replace("\"web\"", "7", StringComparison.Ordinal), Malformed, ["channel json.wrong-type Expected a text."] },
        { "a number for an item", Good.Replace("\"LAMP\"", "7", StringComparison.Ordinal), Malformed, ["lines[0].sku json.wrong-type Expected an item's code as a text."] },
        { "an object for a list", Good.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal), Malformed, ["lines json.wrong-type Expected a list."] },
        { "null for a list", """{"channel":"web","externalId":"W-1","currency":"GBP","lines":null}""", Malformed, ["lines json.wrong-type Expected a list."] },
        { "a day for an instant", With("\"requestedAt\":\"yesterday\""), Malformed, ["requestedAt json.wrong-type Expected an instant with its offset like *"] },
        { "a text for a flag", With("\"requireStock\":\"yes\""), Malformed, ["requireStock json.wrong-type Expected true or false."] },
        { "an unknown item", Good.Replace("LAMP", "LAMQ", StringComparison.Ordinal), Unknown, ["lines[0].sku orders.unknown-sku There is no item LAMQ."] },
        {
            "unknown items, stock required",
            With("\"requireStock\":true").Replace("}]", "},{\"sku\":\"nix\",\"quantity\":1,\"unitPrice\":{\"amount\":\"1.00\",\"currency\":\"GBP\"}},{\"sku\":\"nox\",\"quantity\":1,\"unitPrice\":{\"amount\":\"1.00\",\"currency\":\"GBP\"}}]", StringComparison.Ordinal),
            Unknown,
            ["lines[1].sku orders.unknown-sku There is no item NIX.", "lines[2].sku orders.unknown-sku There is no item NOX."]
        },
        { "a negative quantity", Good.Replace("2,", "-2,", StringComparison.Ordinal), Invalid, ["lines[0].quantity orders.quantity *between 1 and 1000000*"] },
        { "no quantity", Good.Replace("2,", "0,", StringComparison.Ordinal), Invalid, ["lines[0].quantity orders.quantity *between 1 and 1000000*"] },
        { "an unknown currency of the order", Good.Replace("\"currency\":\"GBP\",\"lines\"", "\"currency\":\"GPB\",\"lines\"", StringComparison.Ordinal), Invalid, ["currency orders.currency A currency of ISO 4217*", "lines[0] orders.currency *"] },
        { "an unknown currency of a price", Good.Replace("\"2.50\",\"currency\":\"GBP\"", "\"2.50\",\"currency\":\"GPB\"", StringComparison.Ordinal), Malformed, ["lines[0].unitPrice json.value The currency is none of ISO 4217*"] },
        { "another currency than the order's", Good.Replace("\"2.50\",\"currency\":\"GBP\"", "\"2.50\",\"currency\":\"EUR\"", StringComparison.Ordinal), Invalid, ["lines[0] orders.currency The order's currency."] },
        { "too many decimals", Good.Replace("2.50", "2.505", StringComparison.Ordinal), Malformed, ["lines[0].unitPrice json.value The amount has more than the 2 decimals of GBP."] },
        { "an amount in words", Good.Replace("2.50", "two", StringComparison.Ordinal), Malformed, ["lines[0].unitPrice json.value The amount is not a decimal number."] },
        { "a missing member", Good.Replace("\"externalId\":\"W-1\",", "", StringComparison.Ordinal), Malformed, ["externalId json.missing-member This member is missing."] },
        { "missing members of a line", Good.Replace("\"quantity\":2,", "", StringComparison.Ordinal).Replace("\"sku\":\"LAMP\",", "", StringComparison.Ordinal), Malformed, ["lines[0].sku json.missing-member *", "lines[0].quantity json.missing-member *"] },
        { "an unknown member", With("\"colour\":\"red\""), Malformed, ["colour json.unknown-member This operation knows no such member."] },
        { "an unknown member of a line", Good.Replace("\"quantity\"", "\"Quantity\"", StringComparison.Ordinal), Malformed, ["lines[0].Quantity json.unknown-member *"] },
        { "a member twice", With("\"channel\":\"app\""), Malformed, ["channel json.duplicate-member The member stands there twice."] },
        { "no lines", """{"channel":"web","externalId":"W-1","currency":"GBP","lines":[]}""", Invalid, ["lines orders.lines *"] },
        { "many faults at once", Good.Replace("\"web\"", "\"\"", StringComparison.Ordinal).Replace("2,", "0,", StringComparison.Ordinal), Invalid, ["channel orders.channel *", "lines[0].quantity orders.quantity *"] },
    };

    [Theory, MemberData(nameof(Orders))]
    public async Task It_is_told_where_and_what_and_costs_nothing(string what, string body, string answer, string[] faults)
    {
        var before = await api.Rows();

        var (status, problem, text) = await api.Place(body);

        var code = problem.GetProperty("code").GetString();
        $"{(int)status} {code}".Should().Be(answer, what);
        problem.GetProperty("type").GetString().Should().Be("urn:retailops:problem:" + code);
        problem.GetProperty("status").GetInt32().Should().Be((int)status);
        problem.GetProperty("errors").EnumerateArray().Select(e => $"{e.GetProperty("field")} {e.GetProperty("code")} {e.GetProperty("message")}").ToList()
            .Should().HaveSameCount(faults).And.Subject.Zip(faults).Should().AllSatisfy(f => f.First.Should().Match(f.Second, what));
        text.Should().NotContainAny(["RetailOps.", "System.", "Microsoft.", "Exception", "   at ", "NewOrderLine", "PlaceOrder", "Int32", "MinorUnits"]);
        (await api.Rows()).Should().Be(before);
    }

    [Fact]
    public async Task After_all_of_it_a_good_order_goes_through_and_is_the_only_one()
    {
        await using var fresh = new OrderApi();
        await fresh.InitializeAsync();
        foreach (var row in Orders)
        {
            var (status, _, _) = await fresh.Place((string)row[1]);
            ((int)status).Should().BeInRange(400, 422);
        }

        // The same key as a refused request's, too: a refusal spends none.
        var (refused, _, _) = await fresh.Place(Good.Replace("LAMP", "LAMQ", StringComparison.Ordinal), "one-key");
        var (placed, order, _) = await fresh.Place(Good, "one-key");
        var (again, same, _) = await fresh.Place(Good, "one-key");

        (refused, placed, again).Should().Be((HttpStatusCode.UnprocessableEntity, HttpStatusCode.Created, HttpStatusCode.Created));
        same.GetProperty("id").GetString().Should().Be(order.GetProperty("id").GetString());
        (await fresh.Http.GetFromJsonAsync<JsonElement>("api/v1/orders")).GetProperty("items").EnumerateArray().Should().ContainSingle()
            .Which.GetProperty("externalId").GetString().Should().Be("W-1");
        (await fresh.Rows()).Should().StartWith("1 orders, ");
    }

    private static string With(string member) => Good[..^1] + "," + member + "}";
}

/// <summary>A host as it is shipped, on a port and a database of its own, with one item.</summary>
public sealed class OrderApi : IAsyncLifetime, IAsyncDisposable
{
    private readonly HostSettings settings = new()
    {
        Environment = HostSettings.Test,
        Urls = "http://127.0.0.1:0",
        DataFolder = Directory.CreateTempSubdirectory("retailops-orders-").FullName,
        RunsJobs = false,
    };

    private TestDatabase database = null!;
    private WebApplication app = null!;

    public HttpClient Http { get; } = new();

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        app = HostComposition.Build([], settings, database.AppConnectionString);
        await app.StartAsync();
        Http.BaseAddress = new Uri(app.Urls.Single());
        (await Http.PutAsJsonAsync("api/v1/items/LAMP", new { name = "Lamp" })).EnsureSuccessStatusCode();
    }

    /// <summary>Sends an order, under a key of its own unless it says otherwise.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Answer, string Text)> Place(string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/orders") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, JsonElement.Parse(text), text);
    }

    /// <summary>How much is in the database.</summary>
    public Task<string> Rows() => Ask.One<string>(
        database.OwnerConnectionString,
        """
        select (select count(*) from orders.orders) || ' orders, ' || (select count(*) from orders.people) || ' people, ' || (select count(*) from platform.events) || ' events, '
          || (select count(*) from platform.idempotency) || ' keys'
        """);

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(settings.DataFolder, recursive: true);
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
}
