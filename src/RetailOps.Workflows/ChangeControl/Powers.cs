using System.Reflection;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// What a definition would do that its author could not do himself. Its steps act with the rights that they declare, not with those of who drew them, so whoever lets one go
/// live alone would hold those rights: such a definition takes two people, wherever it came from.
/// </summary>
internal sealed class Powers(ActivityCatalogue catalogue, FactCatalogue facts)
{
    /// <summary>Rights that no single person has, or that this caller lacks; starts of governed workflows; facts of the product said in a module's place.</summary>
    /// <param name="work">Whose caller wants it to go live, or to run it.</param>
    /// <param name="workflow">Compiled with what it uses as activities.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Each as the end of a sentence that begins with <c>It</c>; none when the caller may do all of it alone. What a script computes is not seen here, and is refused when it is run.</returns>
    public async Task<IReadOnlyList<string>> Beyond(UnitOfWork work, CompiledWorkflow workflow, CancellationToken ct)
    {
        var uses = workflow.Requests.Where(r => NeedOf(r) is { } need && (Permissions.EngineOnly.Contains(need) || !work.Caller.May(need))).Select(UserOf(workflow)).Distinct().Order().Select(u => $"uses {u}");
        var children = await Governance.Among(await work.Connection(ct), workflow.Nodes.Select(ChildOf).OfType<string>().Distinct().ToArray(), ct);
        var says = workflow.Nodes.Select(FactOf).OfType<string>().Distinct().Order();
        return [.. uses, .. children.Select(c => $"starts {c}"), .. says.Select(s => $"says {s}")];
    }

    /// <summary>Why it takes two people.</summary>
    public static string Sentence(IReadOnlyList<string> powers) => $"It {string.Join(", ", powers)}: nobody does that alone, so this workflow takes two people from now on.";

    /// <summary>What the steps of a workflow may do: all that they declare when two people let it live, and nothing that only the engine does when one did.</summary>
    public static IReadOnlySet<string> Of(CompiledWorkflow workflow, bool isGoverned) =>
        workflow.Requests.Select(NeedOf).OfType<string>().Where(need => isGoverned || !Permissions.EngineOnly.Contains(need)).ToHashSet(StringComparer.Ordinal);

    private static string? NeedOf(Type request) => request.GetCustomAttribute<NeedsAttribute>()?.Permission;

    private Func<Type, string> UserOf(CompiledWorkflow workflow) => request =>
        workflow.Nodes.FirstOrDefault(n => catalogue.Find(n.Type, n.Version)?.Requests.Contains(request) == true)?.Type ?? request.Name;

    private static string? ChildOf(CompiledNode node) => node.Activity switch
    {
        DispatchWorkflow one => Written(node, one.WorkflowDefinitionId),
        ExecuteWorkflow one => Written(node, one.WorkflowDefinitionId),
        BulkDispatchWorkflows many => Written(node, many.WorkflowDefinitionId),
        _ => null,
    };

    private string? FactOf(CompiledNode node) =>
        node.Activity is PublishEvent said && Written(node, said.EventName) is { } name && facts.Types.ContainsKey(name) && !string.Equals(Written(node, said.IsLocalEvent), "true", StringComparison.OrdinalIgnoreCase) ? name : null;

    /// <summary>An input that is written out; null for one that is computed, or missing.</summary>
    private static string? Written<T>(CompiledNode node, Input<T> input) => input.Slot >= 0 && node.Inputs[input.Slot] is { IsWritten: true } literal ? literal.Evaluate(null!)?.ToString() : null;
}
