using System.Net;
using System.Reflection;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform.Tests;

/// <summary>Who may do what, request by request: <c>docs/contracts/authorisation.txt</c> is the matrix that others rely upon.</summary>
[Collection(nameof(HostCollection))]
public sealed class AuthorisationTests(HostFixture host)
{
    private static readonly string[] NotTheProduct = ["Tests", "Testing", "TestChild", "Bench", "Scenarios"];

    [Fact]
    public void The_matrix_equals_the_committed_one() =>
        Committed.ShouldBe("docs/contracts/authorisation.txt", string.Concat(Matrix().Select(line => line + "\n")));

    [Fact]
    public void Every_permission_that_a_request_needs_can_be_held_by_somebody()
    {
        var unknown = Requests().Select(r => Needed(r)).Where(p => !Permissions.All.Contains(p) && !Permissions.EngineOnly.Contains(p));

        unknown.Should().BeEmpty("a permission stands in Permissions.cs, or only the engine holds it");
    }

    [Fact]
    public void Every_permission_is_held_by_a_role_and_none_of_the_engines_is()
    {
        Permissions.All.Where(p => !Roles.All.Any(r => Permissions.Holds(r, p))).Should().BeEmpty();
        Permissions.All.Intersect(Permissions.EngineOnly).Should().BeEmpty();
    }

    [Fact]
    public void An_auditor_changes_nothing() =>
        Permissions.Of([Roles.Auditor]).Should().OnlyContain(p => p.EndsWith(".read", StringComparison.Ordinal) || p == "system.verify" || p == Permissions.Health || p == Permissions.Metrics);

    [Fact]
    public async Task Through_http_each_role_gets_what_the_matrix_says()
    {
        foreach (var person in host.People)
        {
            using var browser = host.Open();
            (await browser.SignIn(person.Name, person.Password)).Dispose();

            using var answer = await browser.Http.GetAsync("/api/v1/integrations/dead-letters");

            answer.StatusCode.Should().Be(Permissions.Holds(person.Name, "integration.read") ? HttpStatusCode.OK : HttpStatusCode.Forbidden, person.Name);
        }
    }

    private static IEnumerable<string> Matrix()
    {
        yield return "# request permission: who is granted it; everybody else gets 403, and 401 who has not signed in.";
        yield return "# cli is the Demo's command line; (in-person) is held by signing in only and by no access token; (engine) by nobody from outside.";
        foreach (var request in Requests())
        {
            var permission = Needed(request);
            var who = Roles.All.Where(r => Permissions.Holds(r, permission))
                .Concat(Permissions.Operational.Contains(permission) ? [Callers.CommandLine] : [])
                .Concat(Permissions.All.Contains(permission) && Permissions.IsInPerson(permission) ? ["(in-person)"] : [])
                .Concat(Permissions.EngineOnly.Contains(permission) ? ["(engine)"] : []);
            yield return $"{request.Name} {permission}: {string.Join(' ', who)}";
        }
    }

    internal static IEnumerable<Type> Requests() =>
        from file in Directory.EnumerateFiles(AppContext.BaseDirectory, "RetailOps.*.dll")
        where !NotTheProduct.Any(n => Path.GetFileNameWithoutExtension(file).EndsWith(n, StringComparison.Ordinal))
        from type in Assembly.LoadFrom(file).GetTypes()
        where !type.IsAbstract && type.IsAssignableTo(typeof(IBaseRequest))
        orderby type.Name, type.FullName
        select type;

    private static string Needed(Type request) => request.GetCustomAttribute<NeedsAttribute>()?.Permission ?? "";
}
