using System.Text;
using System.Text.Json;

namespace RetailOps.Integration.Tests;

/// <summary>Signatures of each sender, as another implementation computes them (Python's hmac and OpenSSL).</summary>
public sealed class WebhookSignatureTests
{
    private const string Secret = "hush";
    private const string StandardSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"id":820982911946154508,"name":"#1001","note":"café"}""");
    private static readonly DateTimeOffset Signed = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static readonly (string Style, string Header, string Value, string Secret)[] Senders =
    [
        (nameof(SignatureStyle.Shopify), "X-Shopify-Hmac-SHA256", "m32NsdWDC3AZEEJwrJO9Yg0sejthrKQeMdioDWLBFn0=", Secret),
        (nameof(SignatureStyle.AfterShip), "aftership-hmac-sha256", "m32NsdWDC3AZEEJwrJO9Yg0sejthrKQeMdioDWLBFn0=", Secret),
        (nameof(SignatureStyle.EasyPost), "X-Hmac-Signature", "hmac-sha256-hex=9b7d8db1d5830b7019104270ac93bd620d2c7a3b61aca41e31d8a80d62c1167d", Secret),
        (nameof(SignatureStyle.Stripe), "Stripe-Signature", "t=1700000000,v1=fd01f51f957336d96a5260dfb9733a920ce131ad574a1c3f08fdb11aa6102602,v0=00", "whsec_test_secret"),
        (nameof(SignatureStyle.Shippo), "Shippo-Auth-Signature", "t=1700000000,v1=aa1da3aa81ae4b9fdccb230b7b178e05ac9f9ebc4880c62d012a7f894d4e94e3", Secret),
    ];

    public static TheoryData<string> Styles => [.. Senders.Select(s => s.Style)];

    [Theory, MemberData(nameof(Styles))]
    public void What_the_sender_signed_is_genuine_and_nothing_else_is(string style)
    {
        var (_, header, value, secret) = Senders.Single(s => s.Style == style);
        var kind = Enum.Parse<SignatureStyle>(style);
        byte[] other = [.. Body];
        other[^3] ^= 1;

        Verify(kind, header, value, [secret]).Should().BeNull();
        Verify(kind, header, value, ["another", secret]).Should().BeNull();
        Verify(kind, header, value, [secret], other).Should().Be("integration.webhook-forged");
        Verify(kind, header, value, ["another"]).Should().Be("integration.webhook-forged");
        Verify(kind, header, value, []).Should().Be("integration.webhook-forged");
        Verify(kind, header, value, ["a", "b", secret]).Should().Be("integration.webhook-forged");
        Verify(kind, "X-Other", value, [secret]).Should().Be("integration.webhook-unsigned");
        Verify(kind, header, "", [secret]).Should().Be("integration.webhook-unsigned");
        Verify(kind, header, value.Split(',')[0][..^5], [secret]).Should().Be("integration.webhook-unsigned");
    }

    [Theory]
    [InlineData(SignatureStyleName.Stripe, 300, null), InlineData(SignatureStyleName.Stripe, 301, "integration.webhook-stale"), InlineData(SignatureStyleName.Stripe, -300, null), InlineData(SignatureStyleName.Stripe, -301, "integration.webhook-stale")]
    [InlineData(SignatureStyleName.Shippo, 301, "integration.webhook-stale"), InlineData(SignatureStyleName.Shippo, 60, null)]
    public void What_was_signed_long_ago_is_refused(string style, int secondsLater, string? code)
    {
        var (_, header, value, secret) = Senders.Single(s => s.Style == style);

        Verify(Enum.Parse<SignatureStyle>(style), header, value, [secret], at: Signed.AddSeconds(secondsLater)).Should().Be(code);
    }

    [Fact]
    public void A_secret_that_the_sender_would_write_in_another_form_is_said_so()
    {
        var verify = () => Verify(SignatureStyle.EasyPost, "X-Hmac-Signature", "hmac-sha256-hex=" + new string('0', 64), ["s\u00e9cret"]);

        verify.Should().Throw<FormatException>().WithMessage("*ASCII*");
    }

    [Fact]
    public void The_age_of_a_forgery_is_not_told() =>
        Verify(SignatureStyle.Stripe, "Stripe-Signature", "t=1,v1=" + new string('0', 64), [Secret]).Should().Be("integration.webhook-forged");

    [Theory]
    [InlineData("123abc", null), InlineData("123abd", "integration.webhook-forged"), InlineData("123abc ", "integration.webhook-forged"), InlineData("", "integration.webhook-unsigned"), InlineData(null, "integration.webhook-unsigned")]
    public void A_token_in_the_address_is_compared_whole(string? token, string? code) =>
        InboundSignature.Verify(SignatureStyle.ShippoToken, new(_ => null, name => name == "token" ? token : null, Body), ["old", "123abc"], Signed)?.Code.Should().Be(code);

    [Theory, InlineData("SHOPIFY"), InlineData("x-shopify-hmac-sha256")]
    public void An_empty_secret_opens_nothing(string header)
    {
        var empty = Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(Array.Empty<byte>(), Body));

        Verify(SignatureStyle.Shopify, header == "SHOPIFY" ? "X-Shopify-Hmac-SHA256" : header, empty, [""]).Should().StartWith("integration.webhook-");
    }

    [Fact]
    public void The_published_example_of_standard_webhooks_is_signed_and_verified()
    {
        var body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
        var at = DateTimeOffset.FromUnixTimeSeconds(1_614_265_330);

        var headers = StandardWebhook.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, [StandardSecret]);

        headers.Should().Equal(new Dictionary<string, string>
        {
            ["webhook-id"] = "msg_p5jXN8AQM9LWM0D4loKWxJek",
            ["webhook-timestamp"] = "1614265330",
            ["webhook-signature"] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        });
        Standard(headers, body, at, StandardSecret).Should().BeNull();
        Standard(headers, body, at.AddMinutes(6), StandardSecret).Should().Be("integration.webhook-stale");
        Standard(headers, Body, at, StandardSecret).Should().Be("integration.webhook-forged");
        Standard(headers, body, at, StandardWebhook.NewSecret()).Should().Be("integration.webhook-forged");
    }

    [Fact]
    public void While_a_secret_is_changed_both_sign_and_either_verifies()
    {
        var (old, young) = (StandardWebhook.NewSecret(), StandardWebhook.NewSecret());

        var both = StandardWebhook.Sign("m-1", Signed, Body, [old, young]);
        var foreign = new Dictionary<string, string>(both) { ["webhook-signature"] = "v1a,xyz " + both["webhook-signature"] + " v2,zzz" };

        Standard(both, Body, Signed, old).Should().BeNull();
        Standard(both, Body, Signed, young).Should().BeNull();
        Standard(foreign, Body, Signed, young).Should().BeNull();
        Standard(new Dictionary<string, string>(both) { ["webhook-id"] = "m-2" }, Body, Signed, young).Should().Be("integration.webhook-forged");
        Standard(new Dictionary<string, string>(both) { ["webhook-timestamp"] = "1700000001" }, Body, Signed, young).Should().Be("integration.webhook-forged");
        Standard(new Dictionary<string, string>(both) { ["webhook-signature"] = "v1,short" }, Body, Signed, young).Should().Be("integration.webhook-unsigned");
    }

    [Theory, InlineData("hush"), InlineData("whsec_"), InlineData("whsec_c2hvcnQ="), InlineData("whsec_%%%")]
    public void A_secret_that_is_none_is_said_so(string secret)
    {
        var sign = () => StandardWebhook.Sign("m", Signed, Body, [secret]);

        sign.Should().Throw<FormatException>();
    }

    [Fact]
    public void A_fact_for_others_is_a_cloud_event()
    {
        var data = JsonElement.Parse("""{"orderId":"o-1","lines":[1,2]}""");
        var id = Guid.Parse("0190c7a0-0000-7000-8000-000000000001");

        var json = Encoding.UTF8.GetString(new CloudEvent(id, "/retailops/orders", "retailops.order.allocated.v1", "o-1", new(2026, 3, 1, 9, 0, 0, 500, TimeSpan.FromHours(1)), 3, "order/o-1", null, data).Write());

        json.Should().Be("""
            {"specversion":"1.0","id":"0190c7a0-0000-7000-8000-000000000001","source":"/retailops/orders","type":"retailops.order.allocated.v1","subject":"o-1","time":"2026-03-01T08:00:00.5Z","datacontenttype":"application/json","sequence":"3","partitionkey":"order/o-1","data":{"orderId":"o-1","lines":[1,2]}}
            """.Trim());
    }

    private static string? Verify(SignatureStyle style, string header, string value, string[] secrets, byte[]? body = null, DateTimeOffset? at = null) =>
        InboundSignature.Verify(style, new(name => string.Equals(name, header, StringComparison.OrdinalIgnoreCase) ? value : null, _ => null, body ?? Body), secrets, at ?? Signed)?.Code;

    private static string? Standard(IReadOnlyDictionary<string, string> headers, byte[] body, DateTimeOffset at, string secret) =>
        InboundSignature.Verify(SignatureStyle.Standard, new(headers.GetValueOrDefault, _ => null, body), [secret], at)?.Code;

    private static class SignatureStyleName
    {
        public const string Stripe = nameof(SignatureStyle.Stripe);
        public const string Shippo = nameof(SignatureStyle.Shippo);
    }
}
