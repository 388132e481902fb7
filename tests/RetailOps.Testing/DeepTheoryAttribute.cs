using Xunit;

namespace RetailOps.Testing;

/// <summary>A theory that takes too long for anything but a run at full effort; elsewhere it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeepTheoryAttribute : TheoryAttribute
{
    /// <param name="costs">How long it takes, as in "half an hour each".</param>
    public DeepTheoryAttribute(string costs)
    {
        Costs = costs;
        if (Effort.Share < 1)
        {
            Skip = $"It takes {costs}: ./test --deep --all runs it.";
        }
    }

    /// <summary>How long it takes.</summary>
    public string Costs { get; }
}
