using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RetailOps.Workflows;

/// <summary>Elsa's API, as far as its designer uses it and a little beyond.</summary>
public static class StudioEndpoints
{
    /// <summary>The version of Elsa whose API this is: <c>GET /package/version</c>, and <c>toolVersion</c> of what is stored.</summary>
    internal const string ElsaVersion = "3.8.0.0";

    /// <summary>Maps it into the group of the designer.</summary>
    public static void MapStudio(this IEndpointRouteBuilder elsa)
    {
        elsa.MapGet("/package/version", () => ElsaAnswers.Ok(new { packageVersion = ElsaVersion }));
        InstanceEndpoints.Map(elsa);
        ActivityExecutionEndpoints.Map(elsa);
        RunEndpoints.Map(elsa);
    }
}
