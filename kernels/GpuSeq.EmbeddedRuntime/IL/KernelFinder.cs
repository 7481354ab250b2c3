using System.Reflection;
using System.Reflection.Metadata;
using ILGPU;

namespace GpuSeq.EmbeddedRuntime.IL;

/// <summary>
/// Finds the kernels of an assembly: the methods that it makes delegates of whose parameters are those of a kernel. The
/// search does not depend on how and where the delegates are passed on to a Load...Kernel method.
/// </summary>
/// <remarks>
/// Generic code is read once for each set of type arguments that the assembly uses, beginning at what is not generic.
/// </remarks>
internal sealed class KernelFinder
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private readonly Assembly _assembly;
    private readonly HashSet<MethodBase> _seen = [];
    private readonly HashSet<Type> _seenTypes = [];
    private readonly Queue<MethodBase> _pending = [];
    private readonly Dictionary<MethodInfo, LoadedKernel> _kernels = [];

    private KernelFinder(Assembly assembly) => _assembly = assembly;

    public static IReadOnlyList<LoadedKernel> Find(Assembly assembly)
    {
        var finder = new KernelFinder(assembly);
        foreach (var type in assembly.GetTypes().Where(type => !type.ContainsGenericParameters))
            finder.AddType(type);
        while (finder._pending.TryDequeue(out var method))
            finder.Scan(method);
        return [.. finder._kernels.Values.OrderBy(kernel => kernel.ToString(), StringComparer.Ordinal)];
    }

    private void AddType(Type type)
    {
        if (type.Assembly != _assembly || type.ContainsGenericParameters || !_seenTypes.Add(type))
            return;
        foreach (var method in type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)))
            AddMethod(method);
    }

    private void AddMethod(MethodBase method)
    {
        if (method.Module.Assembly == _assembly && !method.ContainsGenericParameters && _seen.Add(method))
            _pending.Enqueue(method);
    }

    private void Scan(MethodBase method)
    {
        if (MethodIL.Read(method) is not { } body)
            return;
        Type? constraint = null;
        for (var i = 0; i < body.Instructions.Count; i++)
        {
            var instruction = body.Instructions[i];
            if (instruction.Code == ILOpCode.Constrained)
            {
                constraint = (Type)instruction.Operand!;
                continue;
            }
            if (instruction.Operand is MethodBase called)
            {
                if (called.DeclaringType is { } type)
                    AddType(type);
                AddMethod(called);
                if (constraint is not null && called is MethodInfo info && MethodIL.ResolveConstrained(constraint, info) is { } target)
                    AddMethod(target);
                if (instruction.Code == ILOpCode.Ldftn && called is MethodInfo { ContainsGenericParameters: false } kernel)
                    AddKernel(kernel, method, IsLoaded(body, i));
            }
            else if (instruction.Operand is FieldInfo { DeclaringType: { } owner })
            {
                AddType(owner);
            }
            constraint = null;
        }
    }

    // Whether the delegate goes directly into a Load...Kernel method, the runtime's or the program's: then it is a kernel,
    // whatever its parameters.
    private static bool IsLoaded(MethodIL body, int ldftn) => body.Instructions
        .Skip(ldftn + 1)
        .Take(6)
        .Any(next => next.Operand is MethodInfo { Name: var name }
            && name.StartsWith("Load", StringComparison.Ordinal) && name.EndsWith("Kernel", StringComparison.Ordinal));

    private void AddKernel(MethodInfo method, MethodBase loadedBy, bool isLoaded)
    {
        var parameters = method.GetParameters();
        if (method.ReturnType != typeof(void) || parameters.Length == 0 || method.IsDefined(typeof(NotInsideKernelAttribute)))
            return;
        var first = parameters[0].ParameterType;
        var isImplicit = first == typeof(LongIndex1D) || typeof(IIndex).IsAssignableFrom(first);
        if (isImplicit || isLoaded || parameters.Any(parameter => typeof(IArrayView).IsAssignableFrom(parameter.ParameterType)))
            _kernels.TryAdd(method, new(method, !isImplicit, loadedBy));
    }
}
