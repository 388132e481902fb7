using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class PlaceOrderTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    private static readonly DateTimeOffset Asked = new(2026, 3, 2, 9, 0, 0, TimeSpan.FromHours(1));

    [Fact]
    public async Task The_same_payload_gives_the_same_order()
    {
        var request = Shop.Order(orders.NewNumber(), ("LAMP", 2)) with { RequestedAt = Asked };
        var sameInOtherWords = request with { RequestedAt = Asked.ToUniversalTime(), Lines = [request.Lines[0] with { LineId = 1, Sku = new("lamp") }] };

        var first = await orders.Host.Must(request);
        var again = await orders.Host.Must(sameInOtherWords);

        again.Should().Be(first);
        first.Should().BeEquivalentTo(new { Status = "placed", Total = new Money(500, "GBP"), Revision = 1 });
        (await orders.Ask<long>("select count(*) from orders.orders where external_id = $1", request.ExternalId)).Should().Be(1);
        (await orders.Ask<long>("select count(*) from platform.events where aggregate = $1", OrderKey.Of(first.Id))).Should().Be(1);
    }

    [Fact]
    public async Task The_first_answer_is_given_again_when_the_order_has_gone_on()
    {
        await orders.Host.Stock("BULB", 5);
        var request = Shop.Order(orders.NewNumber(), ("BULB", 2));

        var first = await orders.Host.Must(request);
        await orders.Allocate(first.Id);
        var again = await orders.Host.Must(request);

        again.Should().Be(first);
    }

    public static TheoryData<string, Func<PlaceOrder, PlaceOrder>> OtherPayloads => new()
    {
        { "currency,lines,payments", o => o with { Currency = "EUR", Lines = [new(new("LAMP"), 2, new(251, "EUR"))] } },
        { "lines,payments", o => o with { Lines = [o.Lines[0] with { Quantity = 3 }] } },
        { "lines,payments", o => o with { Lines = [.. o.Lines, o.Lines[0]] } },
        { "requestedAt", o => o with { RequestedAt = Asked.AddMinutes(1) } },
        { "requestedAt", o => o with { RequestedAt = null } },
        { "customer", o => o with { Customer = o.Customer! with { ShipTo = null } } },
        { "customer", o => o with { Customer = null } },
        { "customer", o => o with { Customer = o.Customer! with { Id = "C-7" } } },
        { "lines,payments", o => o with { Lines = [o.Lines[0] with { Discount = new(1, "GBP") }] } },
        { "lines,payments", o => o with { Lines = [o.Lines[0] with { Tax = new(1, "GBP") }] } },
        { "charges,payments", o => o with { Charges = [new("shipping", new(395, "GBP"))] } },
        { "payments", o => o with { Payments = [new("card", new(500, "GBP"))] } },
        { "shippingMethod", o => o with { ShippingMethod = "express" } },
        { "backorder", o => o with { Backorder = "never" } },
        { "lines,customer", o => o with { Customer = new("Grace Hopper", "grace@example.org"), Lines = [o.Lines[0] with { Sku = new("BULB") }] } },
    };

    [Theory, MemberData(nameof(OtherPayloads))]
    public async Task Another_payload_under_the_same_number_is_refused_with_the_difference(string differs, Func<PlaceOrder, PlaceOrder> change)
    {
        var request = Shop.Order(orders.NewNumber(), ("LAMP", 2)) with { RequestedAt = Asked };
        var first = await orders.Host.Must(request);

        var other = await orders.Host.Send(change(request));

        other.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "orders.other-payload" });
        var details = OrdersFixture.Details(other.Refusal);
        details.GetProperty("orderId").GetGuid().Should().Be(first.Id.Value);
        string.Join(',', details.GetProperty("differs").EnumerateArray().Select(d => d.GetString())).Should().Be(differs);
    }

    [Fact]
    public async Task The_same_number_in_two_channels_is_two_orders()
    {
        var request = Shop.Order(orders.NewNumber(), ("LAMP", 2));

        var web = await orders.Host.Must(request);
        var app = await orders.Host.Must(request with { Channel = "app" });

        app.Id.Should().NotBe(web.Id);
    }

    [Fact]
    public async Task Many_at_once_make_one_order()
    {
        var request = Shop.Order(orders.NewNumber(), ("LAMP", 2));

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => orders.Host.Send(request)));

        answers.Should().OnlyContain(a => a.IsSuccess);
        answers.Select(a => a.Value).Distinct().Should().ContainSingle();
        (await orders.Ask<long>("select count(*) from orders.orders where external_id = $1", request.ExternalId)).Should().Be(1);
        (await orders.Ask<long>("select count(*) from orders.people p where not exists (select from orders.orders o where o.person_id = p.id)")).Should().Be(0);
    }

    public static TheoryData<string, Func<PlaceOrder, PlaceOrder>> Faults => new()
    {
        { "channel orders.channel", o => o with { Channel = "" } },
        { "channel orders.channel", o => o with { Channel = null! } },
        { "channel orders.channel", o => o with { Channel = new('x', 65) } },
        { "channel orders.channel", o => o with { Channel = "we\nb" } },
        { "externalId orders.external-id", o => o with { ExternalId = " " } },
        { "externalId orders.external-id", o => o with { ExternalId = new('x', 129) } },
        { "currency orders.currency", o => o with { Currency = "pounds", Lines = [o.Lines[0] with { UnitPrice = new(1, "pounds") }] } },
        { "lines orders.lines", o => o with { Lines = [] } },
        { "lines orders.lines", o => o with { Lines = null! } },
        { "lines orders.lines", o => o with { Lines = [o.Lines[0], null!] } },
        { "lines orders.lines", o => o with { Lines = [.. Enumerable.Repeat(o.Lines[0], 2_001)] } },
        { "lines orders.line-id", o => o with { Lines = [o.Lines[0] with { LineId = 1 }, o.Lines[0] with { LineId = 1 }] } },
        { "lines orders.line-id", o => o with { Lines = [o.Lines[0] with { LineId = 1 }, o.Lines[0]] } },
        { "lines orders.line-id", o => o with { Lines = [o.Lines[0] with { LineId = 0 }] } },
        { "lines[0].sku orders.sku", o => o with { Lines = [o.Lines[0] with { Sku = new("a b") }] } },
        { "lines[0].quantity orders.quantity", o => o with { Lines = [o.Lines[0] with { Quantity = 0 }] } },
        { "lines[0].quantity orders.quantity", o => o with { Lines = [o.Lines[0] with { Quantity = 1_000_001 }] } },
        { "lines[0].unitPrice.minorUnits orders.unit-price", o => o with { Lines = [o.Lines[0] with { UnitPrice = new(-1, "GBP") }] } },
        { "lines[1] orders.currency", o => o with { Lines = [o.Lines[0], o.Lines[0] with { UnitPrice = new(1, "EUR") }] } },
        { "lines[0] orders.currency", o => o with { Lines = [o.Lines[0] with { UnitPrice = default }] } },
        { "lines orders.total", o => o with { Lines = [.. Enumerable.Repeat(new NewOrderLine(new("LAMP"), 1_000_000, new(100_000_000_000, "GBP")), 93)] } },
        { "customer.name orders.customer-name", o => o with { Customer = o.Customer! with { Name = "" } } },
        { "customer.name orders.customer-name", o => o with { Customer = o.Customer! with { Name = "A\0" } } },
        { "customer.email orders.customer-email", o => o with { Customer = o.Customer! with { Email = "nobody" } } },
        { "customer.id orders.customer-id", o => o with { Customer = o.Customer! with { Id = "" } } },
        { "customer.id orders.customer-id", o => o with { Customer = o.Customer! with { Id = "ada@example.org" } } },
        { "shippingMethod orders.shipping-method", o => o with { ShippingMethod = "" } },
        { "backorder orders.backorder", o => o with { Backorder = "later" } },
        { "lines[0].discount orders.discount", o => o with { Lines = [o.Lines[0] with { Discount = new(501, "GBP") }] } },
        { "lines[0].tax orders.tax", o => o with { Lines = [o.Lines[0] with { Tax = new(-1, "GBP") }] } },
        { "lines[0] orders.currency", o => o with { Lines = [o.Lines[0] with { Tax = new(1, "EUR") }] } },
        { "charges orders.charges", o => o with { Charges = [null!] } },
        { "charges[0].kind orders.charge-kind", o => o with { Charges = [new("tip", new(1, "GBP"))] } },
        { "charges[0].amount orders.charge-amount", o => o with { Charges = [new("shipping", new(-1, "GBP"))] } },
        { "charges[0].tax orders.tax", o => o with { Charges = [new("discount", new(-1, "GBP"), new(1, "GBP"))] } },
        { "charges[0] orders.currency", o => o with { Charges = [new("service", new(1, "EUR"))] } },
        { "lines orders.total", o => o with { Charges = [new("discount", new(-501, "GBP"))] } },
        { "payments orders.paid", o => o with { Payments = [new("card", new(499, "GBP"))] } },
        { "payments orders.tender", o => o with { Payments = [new("card", new(250, "GBP")), new("card", new(250, "GBP"))] } },
        { "payments[0].tender orders.tender", o => o with { Payments = [new("", new(500, "GBP"))] } },
        { "customer.shipTo orders.ship-to", o => o with { Customer = o.Customer! with { ShipTo = new('x', 1_001) } } },
    };

    [Theory, MemberData(nameof(Faults))]
    public async Task A_fault_of_the_shape_is_named_by_field_and_code(string fault, Func<PlaceOrder, PlaceOrder> spoil)
    {
        var answer = await orders.Host.Send(spoil(Shop.Order(orders.NewNumber(), ("LAMP", 2))));

        answer.Refusal!.Code.Should().Be("request.invalid");
        answer.Refusal.Details.Should().BeAssignableTo<IEnumerable<RequestFault>>().Which.Select(f => $"{f.Field} {f.Code}").Should().Equal(fault);
    }

    [Fact]
    public async Task All_faults_are_named_at_once()
    {
        var answer = await orders.Host.Send(Shop.Order("", ("LAMP", 0)) with { Channel = "" });

        answer.Refusal!.Details.Should().BeAssignableTo<IEnumerable<RequestFault>>().Which.Select(f => f.Code)
            .Should().BeEquivalentTo("orders.channel", "orders.external-id", "orders.quantity");
    }

    [Fact]
    public async Task Who_bought_stands_in_one_table_and_in_no_event()
    {
        var request = Shop.Order(orders.NewNumber(), ("LAMP", 2)) with { Customer = new("Zebedee Unforgettable", "zebedee@example.net", "77 Nowhere Row") };

        await orders.Host.Must(request);

        (await TablesThatSay("zebedee|unforgettable|nowhere row")).Should().Be("orders.people");
        (await TablesThatSay("lamp")).Should().Contain("platform.events", "the search finds what is there");
    }

    [Fact]
    public async Task An_anonymous_sale_leaves_no_person()
    {
        var request = Shop.Order(orders.NewNumber(), ("LAMP", 2)) with { Customer = null };

        var order = await orders.Host.Must(request);

        (await orders.Ask<bool>("select person_id is null from orders.orders where id = $1", order.Id.Value)).Should().BeTrue();
    }

    private async Task<string?> TablesThatSay(string words) => await orders.Ask<string>(
        """
        select string_agg(t.table_schema || '.' || t.table_name, ' ' order by t.table_schema, t.table_name)
        from information_schema.tables t
        where t.table_type = 'BASE TABLE' and t.table_schema not in ('pg_catalog', 'information_schema')
          and xpath_exists('/table/row', query_to_xml(format('select 1 from %I.%I r where r::text ~* %L', t.table_schema, t.table_name, $1), false, false, ''))
        """, words);
}
