using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.Tests.Devices;

/// <summary>The loaders and launchers repeat one pattern for each number of parameters: each must keep their order.</summary>
[NonParallelizable]
public class ParameterCountTests
{
    private const int Extent = 1;

    private static readonly List<int> Seen = [];
    private static readonly ModuleBuilder Module =
        AssemblyBuilder.DefineDynamicAssembly(new("Kernels"), AssemblyBuilderAccess.Run).DefineDynamicModule("Kernels");

    /// <summary>What the kernels of this test do with each of their arguments.</summary>
    public static void See(int value) => Seen.Add(value);

    [Test]
    public void A_device_gets_all_arguments([Range(1, 14)] int count, [Values] bool isExplicit, [Values] bool withStream)
    {
        using var device = RecordingAccelerator.Create();
        Launch(device, count, isExplicit, withStream);
        object[] extent = isExplicit ? [] : [Extent];
        Assert.That(device.Kernel.Arguments, Is.EqualTo(extent.Concat(Enumerable.Range(1, count).Cast<object>())));
    }

    [Test]
    public void A_kernel_on_the_cpu_gets_all_arguments([Range(1, 14)] int count, [Values] bool isExplicit, [Values] bool withStream)
    {
        using var cpu = new Cpu();
        Seen.Clear();
        Launch(cpu.Accelerator, count, isExplicit, withStream);
        cpu.Accelerator.Synchronize();
        Assert.That(Seen, Is.EqualTo(Enumerable.Range(1, count)));
    }

    private static void Launch(Accelerator accelerator, int count, bool isExplicit, bool withStream)
    {
        var name = (isExplicit, withStream) switch
        {
            (false, false) => "LoadAutoGroupedStreamKernel",
            (false, true) => "LoadAutoGroupedKernel",
            (true, false) => "LoadStreamKernel",
            (true, true) => "LoadKernel",
        };
        Type[] types = [.. isExplicit ? Type.EmptyTypes : [typeof(Index1D)], .. Enumerable.Repeat(typeof(int), count)];
        var kernel = Kernel(types, count).CreateDelegate(Expression.GetActionType(types));
        var load = typeof(KernelLoaders).GetMethods()
            .Single(method => method.Name == name && method.GetGenericArguments().Length == types.Length)
            .MakeGenericMethod(types);
        var launch = (Delegate)load.Invoke(null, [accelerator, kernel])!;
        object[] stream = withStream ? [accelerator.DefaultStream] : [];
        object shape = isExplicit ? new KernelConfig(1, 1) : new Index1D(Extent);
        launch.DynamicInvoke([.. stream, shape, .. Enumerable.Range(1, count).Cast<object>()]);
    }

    // A kernel that hands its last parameters to See, one by one.
    private static MethodInfo Kernel(Type[] types, int count)
    {
        var type = Module.DefineType($"Kernel{Guid.NewGuid():n}", TypeAttributes.Public);
        var method = type.DefineMethod("Run", MethodAttributes.Public | MethodAttributes.Static, null, types);
        var code = method.GetILGenerator();
        for (var i = types.Length - count; i < types.Length; i++)
        {
            code.Emit(OpCodes.Ldarg, i);
            code.Emit(OpCodes.Call, typeof(ParameterCountTests).GetMethod(nameof(See))!);
        }
        code.Emit(OpCodes.Ret);
        return type.CreateType().GetMethod("Run")!;
    }
}
