namespace RetailOps.Workflows;

/// <summary>What starts instances besides events.</summary>
internal sealed partial class WorkflowCompiler
{
    /// <summary>A clock's rule, checked where it is written out; one that starts instances must be.</summary>
    private ScheduleRule? Rule(ActivityDefinition source, CompiledNode node)
    {
        if (node.Activity is not ClockActivity clock)
        {
            return null;
        }

        var rule = clock.Rule(node);
        if (rule?.Fault() is { } fault)
        {
            problems.Add(DefinitionProblem.Error(rule.Kind, source.Id, fault));
            return null;
        }

        if (rule is null && source.CanStart)
        {
            problems.Add(DefinitionProblem.Error("schedule", source.Id, "The time of what starts a workflow must be written out: what is computed while running cannot start anything."));
        }

        return rule;
    }

    /// <summary>An endpoint's paths and methods, checked where they are written out; one that starts instances must be.</summary>
    private IReadOnlyList<EndpointRule> Endpoints(ActivityDefinition source, CompiledNode node)
    {
        if (node.Activity is not HttpEndpoint endpoint)
        {
            return [];
        }

        if (endpoint.Rules(node) is not { } rules)
        {
            problems.Add(DefinitionProblem.Error("http-path", source.Id, "Path and methods of an endpoint that starts a workflow must be written out: what is computed while running cannot be found."));
            return [];
        }

        foreach (var fault in rules.Select(r => r.Fault()).OfType<string>().Distinct())
        {
            problems.Add(DefinitionProblem.Error("http-path", source.Id, fault));
        }

        return rules;
    }
}
