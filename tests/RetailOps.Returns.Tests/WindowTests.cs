using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Returns.Tests;

/// <summary>The window goes to the end of its last day where the policy's clocks hang, also across changes of daylight saving.</summary>
public sealed class WindowTests
{
    [Theory]
    [InlineData("Europe/London", "2026-01-10T23:59:59Z", "2026-02-10T00:00:00Z")] // winter: UTC
    [InlineData("Europe/London", "2026-06-10T22:59:59Z", "2026-07-10T23:00:00Z")] // summer: an hour ahead
    [InlineData("Europe/London", "2026-06-10T23:00:00Z", "2026-07-11T23:00:00Z")] // 00:00 of the 11th there
    [InlineData("Europe/London", "2026-02-27T12:00:00Z", "2026-03-30T00:00:00+01:00")] // the last day has 23 hours
    [InlineData("Europe/London", "2026-09-25T12:00:00Z", "2026-10-26T00:00:00Z")] // the last day has 25 hours
    [InlineData("America/New_York", "2026-02-06T01:00:00Z", "2026-03-08T05:00:00Z")] // still the 5th there
    [InlineData("Africa/Cairo", "2026-03-24T12:00:00Z", "2026-04-23T22:00:00Z")] // the day after has no midnight: it begins at 01:00
    [InlineData("America/Havana", "2026-10-01T12:00:00Z", "2026-11-01T04:00:00Z")] // the day after has two midnights: it begins at the first
    public void The_window_goes_to_the_end_of_its_last_day(string zone, string delivered, string until)
    {
        var policy = Policy(zone);

        var end = policy.Until(DateTimeOffset.Parse(delivered, System.Globalization.CultureInfo.InvariantCulture));

        end.Should().Be(DateTimeOffset.Parse(until, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(10_000, "GBP", 0)]
    [InlineData(10_001, "GBP", 1)]
    [InlineData(500_000, "GBP", 1)]
    [InlineData(500_001, "GBP", 2)]
    [InlineData(1, "EUR", 2)]
    public void Above_each_limit_one_more_person_must_agree(long minor, string currency, int tier)
    {
        Policy("Europe/London").TierOf(new(minor, currency)).Should().Be(tier);
    }

    [Theory]
    [InlineData("\"refundShipping\": true")]
    [InlineData("\"restockingFeePercent\": 5")]
    public void A_policy_that_asks_for_what_is_not_built_is_not_ignored(string member)
    {
        var read = () => Policy("Europe/London", member);

        read.Should().Throw<InvalidOperationException>().WithMessage("*standard:7*not supported*");
    }

    private static ReturnPolicy Policy(string zone, string member = "\"refundShipping\": false")
    {
        var json = $$"""
            { "windowDays": 30, "timeZone": "{{zone}}", {{member}}, "approvalDueHours": 24, "cumulativeDays": 30,
              "approvalLimit": { "amount": "100.00", "currency": "GBP" }, "secondApprovalLimit": { "amount": "5000.00", "currency": "GBP" } }
            """;
        return ReturnPolicy.Of(new GovernedDocument("return-policy", "standard", 7, JsonSerializer.Deserialize<JsonElement>(json)));
    }
}
