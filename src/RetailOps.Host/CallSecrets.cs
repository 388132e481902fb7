using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>Credentials that workflows name: <c>RETAILOPS_SECRET_STRIPE</c> for <c>${secret:stripe}</c>, <c>RETAILOPS_SECRET_STRIPE_HOSTS</c> for where it may be sent.</summary>
internal static class CallSecrets
{
    /// <summary>Null for a secret that is not set, or that no host is set for.</summary>
    public static CallSecret? Find(IConfiguration configuration, string name)
    {
        var variable = "RETAILOPS_SECRET_" + name.ToUpperInvariant().Replace('-', '_');
        var hosts = OutboundRules.Read(configuration[variable + "_HOSTS"]);
        return configuration[variable] is { Length: > 0 } value && hosts.Count > 0 ? new CallSecret(value, hosts) : null;
    }
}
