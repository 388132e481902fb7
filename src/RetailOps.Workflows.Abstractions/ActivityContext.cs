using System.Text.Json;

using MediatR;

namespace RetailOps.Workflows;

/// <summary>What a step may see and do while it runs. Valid only during the call it was handed to.</summary>
public abstract class ActivityContext
{
    /// <summary>The instance that runs.</summary>
    public abstract Guid InstanceId { get; }

    /// <summary>This execution of the step; a loop gives a new one each time round. Requests that must not repeat take it as their key.</summary>
    public abstract Guid ExecutionId { get; }

    /// <summary>The instance's correlation id: the business key, an order's id for the flows of orders. Null when none is set.</summary>
    public abstract string? CorrelationId { get; set; }

    /// <summary>Business time of this burst, UTC.</summary>
    public abstract DateTimeOffset Now { get; }

    /// <summary>Evaluates an input. Two calls evaluate twice. The default value of the type when nothing is drawn.</summary>
    /// <exception cref="FormatException">The expression fails, or its value cannot be converted; becomes an incident.</exception>
    public abstract T? Get<T>(Input<T> input);

    /// <summary>Sets what the definition binds to this output, and the step's last result.</summary>
    public abstract void Set<T>(Output<T> output, T value);

    /// <summary>Sends a request of the step's own module within the burst's transaction.</summary>
    public abstract Task<TResponse> Send<TResponse>(IRequest<TResponse> request);

    /// <summary>The step is done, by one of its outcomes.</summary>
    public abstract void Complete(string outcome = "Done");

    /// <summary>The step is done, by several of its outcomes at once.</summary>
    public abstract void Complete(IReadOnlyList<string> outcomes);

    /// <summary>Waits for an event of this instance's correlation id.</summary>
    /// <param name="eventName">Compared exactly.</param>
    public abstract void WaitForEvent(string eventName);

    /// <summary>Waits until an instant of business time; in the past means at once, in a burst of its own.</summary>
    public abstract void WaitUntil(DateTimeOffset due);

    /// <summary>A value the step keeps across its waits, in the instance's state.</summary>
    public abstract JsonElement? this[string property] { get; set; }
}
