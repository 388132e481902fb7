namespace RetailOps.Workflows;

/// <summary>Remembers which kinds of stimuli fail in groups: when more than one in ten does, they are run alone until that passes.</summary>
internal sealed class AloneHabit
{
    private readonly Dictionary<string, double> share = [];
    private readonly Lock gate = new();

    public bool IsAlone(string name)
    {
        lock (gate)
        {
            return share.GetValueOrDefault(name) > 0.1;
        }
    }

    public void Together(List<ClaimedStimulus> stimuli) => stimuli.ForEach(s => Count(s.Name, 0));

    /// <summary>A stimulus was run alone. One that needed no second try might have been in a group, for all we know.</summary>
    public void Alone(ClaimedStimulus stimulus, bool atOnce) => Count(stimulus.Name, atOnce ? 0.05 : 1);

    private void Count(string name, double value)
    {
        lock (gate)
        {
            share[name] = (share.GetValueOrDefault(name) * 0.98) + (value * 0.02);
        }
    }
}
