using System.Text;

using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>
/// What no decent client sends, to every operation, as several roles: no answer is a fault of ours, none is late, none tells of the inside, each has the documented form.
/// RETAILOPS_FUZZ_SEED repeats a run.
/// </summary>
[Collection(nameof(ContractCollection))]
public sealed class FuzzTests(ContractShop shop)
{
    private const int DeepCasesAnOperation = 400;
    private const int MostShown = 40;

    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("RETAILOPS_FUZZ_SEED"), out var seed) ? seed : 20261;

    [Fact]
    public async Task Nothing_that_is_sent_breaks_an_operation_or_makes_it_talk()
    {
        var faults = new List<string>();
        var statuses = new Dictionary<int, int>();
        var each = Effort.Of(DeepCasesAnOperation, least: 12);
        string[] secrets = [shop.DataFolder, .. shop.OwnerConnection.Split(';').Where(p => p.StartsWith("Host=", StringComparison.OrdinalIgnoreCase))];
        foreach (var (operation, index) in shop.Surface.Operations.Select((o, i) => (o, i)))
        {
            var cases = new FuzzCases(shop.Surface, unchecked((Seed * 397) + index), shop.Known);
            for (var i = 0; i < each; i++)
            {
                var request = cases.One(operation, shop.RolesThere);
                var (answer, fault) = await Ask(operation, request, secrets);
                statuses[answer?.Status ?? 0] = statuses.GetValueOrDefault(answer?.Status ?? 0) + 1;
                if (fault is not null)
                {
                    faults.Add($"{operation.Id}, seed {Seed}, case {i}: {fault}\n  {request.Curl(shop.Http.BaseAddress!)}\n  {Short(answer?.Text)}\n  {Short(shop.Errors.Take())}");
                }
            }
        }

        // A run in which nothing gets beyond the door says nothing about what is behind it.
        statuses.Where(s => s.Key is >= 200 and < 300).Sum(s => s.Value).Should().BeGreaterThan(statuses.Values.Sum() / 50);
        faults.Should().BeEmpty($"{statuses.Values.Sum()} requests were sent:\n{string.Join('\n', faults.Take(MostShown))}\n");
    }

    private async Task<(FuzzAnswer? Answer, string? Fault)> Ask(ApiOperationUnderTest operation, FuzzRequest request, IReadOnlyCollection<string> secrets, bool mayAgain = true)
    {
        try
        {
            var answer = await shop.Send(request);
            return (answer, AnswerRules.Fault(operation, request.Target, answer, secrets));
        }
        catch (OperationCanceledException)
        {
            return (null, "no answer in 30 seconds");
        }
        catch (HttpRequestException) when (mayAgain)
        {
            // A server may close behind an answer to which it did not read the whole body; whoever sends on that connection next hears nothing.
            return await Ask(operation, request, secrets, mayAgain: false);
        }
        catch (HttpRequestException e)
        {
            return (null, request.Body?.Length > 1 << 20 ? null : $"no answer: {e}");
        }
    }

    private static string Short(string? text) => text is null ? "" : new StringBuilder(text.Length > 1500 ? text[..1500] + " …" : text).Replace('\n', ' ').ToString();
}
