using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Returns.Tests;

public sealed class ReturnPolicyDocumentTests : IClassFixture<ReturnsFixture>
{
    private readonly ReturnsFixture shop;

    public ReturnPolicyDocumentTests(ReturnsFixture shop) => this.shop = shop;

    private string Policy => shop.Host.Must(new GetDocument("return-policy", "standard")).Result.Content!.Value.GetRawText();

    [Theory]
    [InlineData("\"windowDays\": 30", "\"windowDays\": -1", "windowDays")]
    [InlineData("Europe/London", "Europe/Atlantis", "timeZone")]
    [InlineData("\"refundShipping\": false", "\"refundShipping\": true", "refundShipping")]
    [InlineData("5000.00", "50.00", "approvalLimit")]
    [InlineData("\"cumulativeDays\": 30", "\"cumulativeDays\": -3", "approvalDueHours")]
    public async Task A_policy_that_makes_no_sense_is_refused_with_the_place(string right, string wrong, string path)
    {
        var content = Policy.Replace(right, wrong, StringComparison.Ordinal).Replace(right.Replace(": ", ":", StringComparison.Ordinal), wrong, StringComparison.Ordinal);

        var answer = await shop.Host.Send(new ProposeDocument("return-policy", "standard", JsonDocument.Parse(content).RootElement, "A slip"));

        answer.Refusal!.Code.Should().Be("documents.invalid");
        JsonSerializer.Serialize(answer.Refusal.Details, JsonSerializerOptions.Web).Should().Contain(path);
    }

    [Fact]
    public async Task A_policy_that_makes_sense_can_be_proposed()
    {
        var content = Policy.Replace("Europe/London", "Europe/Berlin", StringComparison.Ordinal);

        var answer = await shop.Host.Send(new ProposeDocument("return-policy", "standard", JsonDocument.Parse(content).RootElement, "We moved"));

        answer.IsSuccess.Should().BeTrue();
    }
}
