using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Variables, arguments and outputs as the current step sees them: its own scope first, then those around it.</summary>
internal sealed partial class Burst
{
    /// <summary>The value of a variable by its id; null when it is not in scope.</summary>
    public object? Variable(string id)
    {
        for (var scope = current; scope is not null; scope = scope.Parent)
        {
            if (scope.Variables?.TryGetValue(id, out var value) == true)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Sets a variable in scope, kept in its declared type.</summary>
    /// <exception cref="FormatException">The value does not fit the type.</exception>
    public bool TrySetVariable(string id, object? value) => TrySetVariable(current, id, value);

    /// <summary>Sets an output of the workflow that the current step stands in: the instance's, or that of the activity which stands for the workflow.</summary>
    public void SetWorkflowOutput(string name, object? value) => SetWorkflowOutput(current, name, ValueConverter.Plain(value));

    private void SetWorkflowOutput(ActivityExecution at, string name, object? value)
    {
        var composite = at.Parent;
        while (composite is not null && composite.Node!.Activity is not WorkflowActivity)
        {
            composite = composite.Parent;
        }

        if (composite is null)
        {
            state.Output[name] = value;
            return;
        }

        state.LastResult = value;
        if (workflow.KeepsOutputs)
        {
            state.ActivityOutputs[composite.Node!.Key + "." + JsonNamingPolicy.CamelCase.ConvertName(name)] = value;
        }

        var output = Array.Find(composite.Node!.Outputs, o => string.Equals(o.Name, name, StringComparison.OrdinalIgnoreCase));
        if (output?.Target is { } target)
        {
            Assign(composite, target, value);
        }
    }

    /// <summary>Writes where an output is bound to: a variable that the step sees, or an output of the workflow it stands in.</summary>
    private void Assign(ActivityExecution step, string target, object? value)
    {
        if (!TrySetVariable(step.Node!.Activity is WorkflowActivity ? step.Parent : step, target, value) && step.Node.Scope.Definition.Outputs.Contains(target))
        {
            SetWorkflowOutput(step, target, value);
        }
    }

    private static bool TrySetVariable(ActivityExecution? from, string id, object? value)
    {
        for (var scope = from; scope is not null; scope = scope.Parent)
        {
            if (scope.Variables?.ContainsKey(id) == true)
            {
                scope.Variables[id] = Declared(scope.Node!, id) is { } declared ? declared.Type.Keep(value) : ValueConverter.Plain(value);
                return true;
            }
        }

        return false;
    }

    /// <summary>A variable in scope by the name scripts use; null when there is none.</summary>
    public CompiledVariable? Named(string name, bool pascal)
    {
        for (var scope = current; scope is not null; scope = scope.Parent)
        {
            if (Array.Find(scope.Node!.Variables, v => (pascal ? v.Pascal : v.Name) == name) is { } variable)
            {
                return variable;
            }

            if (scope.Variables?.ContainsKey(name) == true && IsLocal(scope, name))
            {
                return Local(name);
            }
        }

        return null;
    }

    public IEnumerable<CompiledVariable> VariablesInScope()
    {
        for (var scope = current; scope is not null; scope = scope.Parent)
        {
            foreach (var variable in scope.Node!.Variables)
            {
                yield return variable;
            }

            if (scope.Variables?.Count > scope.Node.Variables.Length)
            {
                foreach (var name in scope.Variables.Keys.Where(n => IsLocal(scope, n)))
                {
                    yield return Local(name);
                }
            }
        }
    }

    /// <summary>What the workflow was given under a name, by who started the instance or by the activity that stands for it; null when nothing was.</summary>
    public object? Argument(string name)
    {
        // What is given to such an activity is evaluated where it stands, not within.
        for (var scope = current.Node!.Activity is WorkflowActivity ? current.Parent : current; scope is not null; scope = scope.Parent)
        {
            if (scope.Node!.Activity is WorkflowActivity)
            {
                return scope.Variables?.GetValueOrDefault(name);
            }
        }

        return state.Input.GetValueOrDefault(name);
    }

    /// <summary>The argument scripts mean by <c>getX()</c>; null when the definition has none.</summary>
    public string? ArgumentNamed(string pascal) =>
        node.Scope.Definition.Inputs.FirstOrDefault(i => i.Length == pascal.Length && char.ToUpperInvariant(i[0]) == pascal[0] && i.AsSpan(1).SequenceEqual(pascal.AsSpan(1)));

    private static CompiledVariable? Declared(CompiledNode node, string id)
    {
        foreach (var variable in node.Variables)
        {
            if (variable.Id == id)
            {
                return variable;
            }
        }

        return null;
    }

    /// <summary>Locals are kept under their names, declared variables under their ids.</summary>
    private static bool IsLocal(ActivityExecution scope, string name) => !Array.Exists(scope.Node!.Variables, v => v.Id == name);

    private static CompiledVariable Local(string name) => new(name, name, VariableType.Object, null);

    private static void Declare(ActivityExecution execution)
    {
        var declared = execution.Node!.Variables;
        if (declared.Length == 0)
        {
            return;
        }

        if (execution.Variables is null)
        {
            execution.Variables = execution.Node.Beginning.Copy();
            return;
        }

        foreach (var variable in declared)
        {
            execution.Variables[variable.Id] = variable.Default;
        }
    }
}
